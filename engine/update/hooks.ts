import {stat} from 'node:fs/promises';
import path from 'node:path';
import {EngineError} from '../errors.ts';
import {namesIn} from '../system/read-folder.ts';
import type {System} from '../system/system.ts';

/** When programs of others run; each is a folder's name below `hooks.d`. */
export const hookPoints = ['before-stage', 'after-stage', 'before-apply', 'after-apply'] as const;
export type HookPoint = (typeof hookPoints)[number];

/** The later folder wins where both have a program of the same name. */
export const hookFolders = ['/usr/lib/slipway/hooks.d', '/etc/slipway/hooks.d'] as const;

export interface HookOptions {
	/** For each program. */
	readonly timeLimitMs: number;
	/** Tells programs what it is about, added to SLIPWAY_HOOK. */
	readonly env?: Readonly<Record<string, string>>;
	/** Ends the running program. */
	readonly signal?: AbortSignal;
}

export interface HookFailure {
	/** Path of the program. */
	readonly hook: string;
	readonly text: string;
}

/**
 * The programs of one point, in the order of their names. Only regular files that may be executed, so a
 * link to /dev/null in /etc masks one of the image.
 * @param root what stands before all paths
 */
export async function listHooks(point: HookPoint, root = '/'): Promise<string[]> {
	const byName = new Map<string, string>();
	for (const folder of hookFolders)
		for (const name of await namesIn(path.join(root, folder, point)))
			if (!name.startsWith('.')) byName.set(name, path.join(root, folder, point, name));
	const programs: string[] = [];
	for (const name of [...byName.keys()].sort()) {
		const file = byName.get(name) ?? '';
		if (await isProgram(file)) programs.push(file);
	}
	return programs;
}

/**
 * Runs them one after the other. Before an act, the first failure is a reason to wait, so the rest do
 * not run; after one, all run, and every failure is told.
 */
export async function runHooks(
	system: Pick<System, 'run'>,
	point: HookPoint,
	hooks: readonly string[],
	options: HookOptions,
): Promise<HookFailure[]> {
	const failures: HookFailure[] = [];
	for (const hook of hooks) {
		const text = await runHook(system, point, hook, options);
		if (text !== undefined) failures.push({hook, text});
		if (text !== undefined && point.startsWith('before-')) break;
	}
	return failures;
}

/** Why it failed. */
async function runHook(
	system: Pick<System, 'run'>,
	point: HookPoint,
	hook: string,
	{timeLimitMs, env, signal}: HookOptions,
): Promise<string | undefined> {
	const timeLimit = AbortSignal.timeout(timeLimitMs);
	try {
		await system.run(hook, [], {
			env: {...env, SLIPWAY_HOOK: point},
			signal: signal === undefined ? timeLimit : AbortSignal.any([signal, timeLimit]),
		});
		return undefined;
	} catch (error) {
		signal?.throwIfAborted();
		if (timeLimit.aborted) return `${hook} was still running after ${timeLimitMs / 1000} s`;
		if (error instanceof EngineError) return error.message;
		// What the kernel does not take for a program, such as a script without its first line.
		const {code} = error as NodeJS.ErrnoException;
		if (code === undefined) throw error;
		return `${hook} cannot be run: ${code}`;
	}
}

async function isProgram(file: string): Promise<boolean> {
	try {
		const {mode} = await stat(file);
		return (mode & 0o170000) === 0o100000 && (mode & 0o111) !== 0;
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ELOOP') return false;
		throw error;
	}
}
