import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';

export interface MeasureOptions {
	readonly cwd?: string;
	/** Added to the environment. */
	readonly env?: Readonly<Record<string, string>>;
}

export interface Measurement {
	/** Wall time, from the start of the process to its end. */
	readonly seconds: number;
	/**
	 * Bytes. Most that the process and all below it had resident (RSS) at one moment; pages that they
	 * share count for each.
	 */
	readonly peakMemory: number;
}

const sampleMs = 10;

/**
 * Runs a command and measures it.
 * @throws Error with the command's stderr when it fails
 */
export async function measure(
	command: readonly [string, ...string[]],
	{cwd, env}: MeasureOptions = {},
): Promise<Measurement> {
	const [program, ...args] = command;
	const started = performance.now();
	const child = spawn(program, args, {
		stdio: ['ignore', 'ignore', 'pipe'],
		...(cwd !== undefined && {cwd}),
		env: {...process.env, ...env},
	});
	let stderr = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		stderr += text;
	});
	let peakMemory = 0;
	const sampling = setInterval(() => {
		if (child.pid !== undefined) peakMemory = Math.max(peakMemory, residentBytes(child.pid));
	}, sampleMs);
	try {
		const [status] = await once(child, 'close');
		const seconds = (performance.now() - started) / 1000;
		if (status !== 0) throw new Error(`${command.join(' ')}: status ${status}\n${stderr}`);
		return {seconds, peakMemory};
	} finally {
		clearInterval(sampling);
	}
}

/**
 * Resident memory of a process and all below it; 0 once it has ended. Between fork and exec, the pages of a child are
 * those of its parent, and count there.
 */
function residentBytes(pid: number, parentsArguments?: string): number {
	const resident = /^VmRSS:\s*(\d+) kB$/m.exec(readFile(`/proc/${pid}/status`))?.[1];
	const ownArguments = readFile(`/proc/${pid}/cmdline`);
	// Empty as long as the pages are being shared out.
	if (resident === undefined || ['', parentsArguments].includes(ownArguments)) return 0;
	const children = readFile(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
	return children.reduce(
		(sum, child) => sum + residentBytes(Number(child), ownArguments),
		Number(resident) * 1024,
	);
}

/** Empty for a process that ended in between. */
function readFile(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}
