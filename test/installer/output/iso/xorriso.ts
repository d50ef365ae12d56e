/** What xorriso reads of an ISO that was made without it. */
import {spawnSync} from 'node:child_process';

/** Why it cannot judge here; undefined when it can. */
export function whyNoXorriso(): string | undefined {
	const {error} = spawnSync('xorriso', ['-version']);
	return error === undefined ? undefined : 'xorriso is not installed';
}

/** Runs it on a medium. @throws Error with all that it said, also where it only warned */
export function xorriso(medium: string, ...words: readonly string[]): string {
	const {status, stdout, stderr} = spawnSync(
		'xorriso',
		['-abort_on', 'WARNING', '-return_with', 'WARNING', '32', '-indev', medium, ...words],
		{encoding: 'utf8', maxBuffer: 1 << 26},
	);
	if (status !== 0) throw new Error(`xorriso ended with ${status}: ${stderr}`);
	return stdout;
}

/** Mode, size and path of everything, sorted by path. */
export function listIso(medium: string): string[] {
	const lines = xorriso(medium, '-find', '/', '-exec', 'lsdl', '--').trimEnd().split('\n');
	const entry = /^(\S+) +\d+ \S+ +\S+ +(\d+) .{12} '(.*)'$/s;
	return lines
		.map((line) => {
			const [, mode, size, path] = entry.exec(line) ?? [];
			return `${path} ${mode} ${size}`;
		})
		.sort();
}
