import {lstatSync} from 'node:fs';
import path from 'node:path';
import {Lacking} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import {type Removal, removeBelow} from '../mounted/remove-below.ts';

/**
 * Removes names of the physical root with all in them, of its own file system alone. The view of it has no
 * mounts in it, and they would not be followed. Files that must not change lose that flag.
 */
export async function removeNames(
	system: Pick<System, 'run'>,
	physicalRoot: string,
	names: readonly string[],
): Promise<Removal> {
	const first = await removeAll(physicalRoot, names, false);
	const blocked = namesBlocked(physicalRoot, first.left);
	if (blocked.length === 0) return first;
	await clearFlags(
		system,
		blocked.map((name) => path.join(physicalRoot, name)),
	);
	const second = await removeAll(physicalRoot, blocked, false);
	const others = first.left.filter((line) => !isBlocked(line));
	return sum([
		{...first, left: others},
		{...second, left: second.left.filter((line) => !others.includes(line))},
	]);
}

/** What {@link removeNames} would remove. */
export async function countNames(physicalRoot: string, names: readonly string[]): Promise<Removal> {
	return await removeAll(physicalRoot, names, true);
}

/** Names with something in them that not even root may remove, by what was left. */
export function namesBlocked(physicalRoot: string, left: readonly string[]): string[] {
	const names = left.filter(isBlocked).map(
		(line) =>
			path
				.relative(physicalRoot, line)
				.split('/')[0]
				?.replace(/: EPERM$/, '') ?? '',
	);
	return [...new Set(names)];
}

function isBlocked(line: string): boolean {
	return line.endsWith(': EPERM');
}

async function removeAll(
	physicalRoot: string,
	names: readonly string[],
	dryRun: boolean,
): Promise<Removal> {
	const {dev: device} = lstatSync(physicalRoot, {bigint: true});
	const removals: Removal[] = [];
	for (const name of names)
		removals.push(await removeBelow(path.join(physicalRoot, name), {dryRun, device}));
	return sum(removals);
}

function sum(removals: readonly Removal[]): Removal {
	return {
		files: removals.reduce((total, {files}) => total + files, 0),
		bytes: removals.reduce((total, {bytes}) => total + bytes, 0),
		left: removals.flatMap(({left}) => left),
	};
}

/** Does not follow links. What it does not come by is told as what was left. */
async function clearFlags(system: Pick<System, 'run'>, places: readonly string[]): Promise<void> {
	try {
		await system.run('chattr', ['-R', '-f', '-i', '-a', ...places], {okStatuses: [0, 1]});
	} catch (error) {
		// Without the program the files are left, and that is an error with advice.
		if (!(error instanceof Lacking)) throw error;
	}
}
