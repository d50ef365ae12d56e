/** Runs functions of the initramfs outside of it, in every shell that may be its /bin/sh. */
import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import path from 'node:path';

const folder = path.resolve(import.meta.dirname, '../../image/root/usr/lib/slipway');
const functions = ['slipway-accounts', 'slipway-etc', 'slipway-var']
	.map((file) => readFileSync(path.join(folder, file), 'utf8'))
	.join('\n');

/** Shells that are installed here, each with the words that start it. */
export const bootShells: readonly (readonly [string, ...string[]])[] = (
	[['dash'], ['busybox', 'sh'], ['bash', '--posix']] as const
).filter(([command, ...words]) => spawnSync(command, [...words, '-c', ':']).status === 0);

/** All that the functions run: nothing else is found here. */
export const bootPrograms = ['cat', 'cp', 'cut', 'mv', 'rm', 'sync'] as const;

/** busybox prefers its own programs, which know less; an initramfs has those of the image. */
const programs = bootPrograms
	.map((name) => {
		const {stdout} = spawnSync('sh', ['-c', `command -v ${name}`], {encoding: 'utf8'});
		return `${name}() { before_program ${name} "$@"; ${stdout.trim()} "$@"; }\n`;
	})
	.join('');

export interface BootShellEnding {
	/** Null when it was killed. */
	readonly status: number | null;
	/** What was said on the console, and `failed: ` before the reason for which the boot ended. */
	readonly said: readonly string[];
	/** What programs and the shell complained of. */
	readonly stderr: string;
}

/**
 * Runs a script that may use the functions; the words are its `$1`, `$2`, …. It may redefine
 * `before_program`, which gets name and words of every program that is about to run. Nothing waits for
 * the disk of the tests.
 */
export function runBootShell(
	[command, ...words]: (typeof bootShells)[number],
	script: string,
	args: readonly string[],
): BootShellEnding {
	// What slipway-root itself brings. The console is where no redirection of a caller leads.
	const before = `set -u
say() { printf '%s\\n' "$@" >&3; }
fail() { say "failed: $1" "$2"; exit 1; }
before_program() { :; }
sync() { before_program sync "$@"; }
PATH=/nowhere
`;
	const {status, stderr, output} = spawnSync(
		'setsid',
		[
			'--wait',
			command,
			...words,
			'-c',
			`${programs}${before}${functions}\n${script}`,
			'slipway-root',
			...args,
		],
		{encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe', 'pipe']},
	);
	const said = String(output[3]).split('\n').slice(0, -1);
	return {status, said, stderr};
}
