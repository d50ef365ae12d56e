import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {constants} from 'node:os';
import type {TerminalOptions, TerminalResult} from './system.ts';

/** Characters of standard error that are kept. */
const keptLength = 4096;

export async function runOnTerminal(
	command: string,
	args: readonly string[],
	{signal, keepErrors}: TerminalOptions = {},
): Promise<TerminalResult> {
	signal?.throwIfAborted();
	let isToEnd = false;
	let end = () => {
		isToEnd = true;
	};
	// Before it is started: whoever hears of it may want it gone at once.
	using _ends = endWith(signal, () => end());
	const child = spawn(command, args, {
		stdio: ['inherit', 'inherit', keepErrors ? 'pipe' : 'inherit'],
	});
	let stderr = '';
	child.stderr?.setEncoding('utf8').on('data', (text: string) => {
		process.stderr.write(text);
		stderr = (stderr + text).slice(-keptLength);
	});
	await once(child, 'spawn');
	end = () => child.kill();
	if (isToEnd) end();
	const [status, endedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
	return {status: status ?? 128 + (endedBy === null ? 0 : constants.signals[endedBy]), stderr};
}

/** Only where the caller can be told to stop: a shell that loses its terminal ends with this process. */
function endWith(signal: AbortSignal | undefined, end: () => void): Disposable {
	signal?.addEventListener('abort', end);
	if (signal !== undefined) process.on('SIGHUP', end);
	return {
		[Symbol.dispose]() {
			signal?.removeEventListener('abort', end);
			process.off('SIGHUP', end);
		},
	};
}
