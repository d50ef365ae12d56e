import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, openSync} from 'node:fs';
import type {DetachedProcess} from './system.ts';

export async function startDetached(
	command: string,
	args: readonly string[],
	{input, log}: {readonly input: string; readonly log: string},
): Promise<DetachedProcess> {
	const output = openSync(log, 'w', 0o600);
	try {
		const child = spawn(command, args, {detached: true, stdio: ['pipe', output, output]});
		await once(child, 'spawn');
		const ended = once(child, 'exit').then(([status]) => (status as number | null) ?? undefined);
		// One that ends without reading it says why in its log.
		child.stdin?.on('error', () => {});
		child.stdin?.end(input);
		child.unref();
		return {pid: child.pid ?? 0, ended};
	} finally {
		closeSync(output);
	}
}
