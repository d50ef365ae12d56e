import {Readable} from 'node:stream';
import {Lacking, OperationFailed} from '../errors.ts';
import {LineSplitter} from './line-splitter.ts';
import type {CommandOptions, CommandResult} from './system.ts';

/** Lines of stderr that an error shows. */
const tailLines = 8;

/** A program that ended with a status that is not a result, or by a signal. */
export class CommandFailed extends OperationFailed {
	readonly command: readonly string[];
	/** Absent when a signal ended it. */
	readonly status: number | undefined;
	readonly stderr: string;

	constructor(command: readonly string[], ending: CommandEnding) {
		const tail = ending.stderr.trimEnd().split('\n').slice(-tailLines).join('; ').trim();
		const how = ending.signal === undefined ? `status ${ending.status}` : `signal ${ending.signal}`;
		super('command-failed', `${command.join(' ')} ended with ${how}${tail && `: ${tail}`}`);
		this.command = command;
		this.status = ending.status;
		this.stderr = ending.stderr;
	}
}

interface CommandEnding {
	readonly status: number | undefined;
	readonly signal: string | undefined;
	readonly stderr: string;
}

export async function runCommand(
	command: string,
	args: readonly string[],
	options: CommandOptions = {},
): Promise<CommandResult> {
	const {execa} = await import('execa');
	const running = execa(command, args, {
		env: {PATH: searchPath(), ...options.env, LC_ALL: 'C'},
		reject: false,
		stripFinalNewline: false,
		...inputOf(options.input),
		...outputOf(options),
		...(options.signal && {cancelSignal: options.signal}),
	});
	// A program that it started and left behind would keep them open.
	const stopReading = (): void => {
		running.stdout.destroy();
		running.stderr.destroy();
	};
	options.signal?.addEventListener('abort', stopReading);
	const result = await running;
	options.signal?.removeEventListener('abort', stopReading);
	if (result.code === 'ENOENT') {
		throw new Lacking('missing-program', `${command} is not installed`, {
			hint: `Install the package that has ${command}.`,
			cause: result,
		});
	}
	options.signal?.throwIfAborted();
	const {exitCode: status, signal, stdout, stderr} = result;
	if (status === undefined && signal === undefined) throw result;
	if (status === undefined || !(options.okStatuses ?? [0]).includes(status)) {
		throw new CommandFailed([command, ...args], {status, signal, stderr});
	}
	return {status, stdout, stderr};
}

function inputOf(
	input: CommandOptions['input'],
): {input: string | Uint8Array | Readable} | {stdin: 'ignore'} {
	if (input === undefined) return {stdin: 'ignore'};
	if (typeof input === 'string' || input instanceof Uint8Array) return {input};
	return {input: Readable.from(input, {objectMode: false})};
}

function outputOf({outputTail, onLine}: CommandOptions) {
	const tail = outputTail === undefined ? undefined : () => lastBytes(outputTail);
	return {
		...(tail && {stdout: tail(), stderr: tail()}),
		...(onLine && {stdout: linesTo(onLine)}),
	};
}

/** Hands on each line, and lets nothing through. */
function linesTo(onLine: (line: string) => void) {
	const splitter = new LineSplitter(onLine);
	return {
		binary: true,
		*transform(chunk: unknown) {
			if (chunk instanceof Uint8Array) splitter.add(chunk);
			yield* [];
		},
		*final() {
			splitter.end();
			yield* [];
		},
	} as const;
}

/** Lets nothing through until the end, and then what came last. */
function lastBytes(count: number) {
	let kept: Uint8Array = Buffer.alloc(0);
	return {
		binary: true,
		*transform(chunk: unknown) {
			if (chunk instanceof Uint8Array) kept = Buffer.concat([kept, chunk]).subarray(-count);
			yield* [];
		},
		*final() {
			yield kept;
		},
	} as const;
}

/** Disk tools lie in sbin folders, which a person's PATH may lack. */
function searchPath(): string {
	return [process.env.PATH, '/usr/sbin', '/usr/bin', '/sbin', '/bin']
		.filter((folder) => folder !== undefined && folder !== '')
		.join(':');
}
