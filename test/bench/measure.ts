import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';

/** One row of the table that `npm run bench` prints; `--json` prints it as it is. */
export interface BenchResult {
	readonly name: string;
	/** Median, in seconds. */
	readonly ours: number;
	readonly peer: number;
	/** ours / peer */
	readonly ratio: number;
	/** Of ours, in bytes: the largest sum over the process tree. */
	readonly peakMemory: number;
}

export type CommandLine = readonly [command: string, ...args: string[]];

export function median(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const middle = sorted.length >> 1;
	const upper = sorted[middle] ?? Number.NaN;
	return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Wall time of a command in seconds, from its start to its end. @throws when it fails */
export async function timeCommand(command: CommandLine): Promise<number> {
	const begin = performance.now();
	await finished(start(command), command);
	return (performance.now() - begin) / 1000;
}

/** The most memory that a command and all that it starts hold at a time, in bytes; sampled. */
export async function peakMemoryOf(command: CommandLine): Promise<number> {
	const child = start(command);
	let peak = 0;
	const sampler = setInterval(() => {
		peak = Math.max(peak, residentBytes(child.pid));
	}, 2);
	try {
		await finished(child, command);
	} finally {
		clearInterval(sampler);
	}
	return peak;
}

function start([command, ...args]: CommandLine): ChildProcess {
	return spawn(command, args, {stdio: 'ignore'});
}

async function finished(child: ChildProcess, command: CommandLine): Promise<void> {
	const [status] = await once(child, 'exit');
	if (status !== 0) throw new Error(`${command.join(' ')} ended with status ${status}`);
}

/** Of a process and its descendants; 0 when it has ended. */
function residentBytes(pid: number | undefined): number {
	if (pid === undefined) return 0;
	try {
		const status = readFileSync(`/proc/${pid}/status`, 'utf8');
		const own = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
		const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').match(/\d+/g) ?? [];
		return own + children.reduce((sum, child) => sum + residentBytes(Number(child)), 0);
	} catch {
		return 0;
	}
}
