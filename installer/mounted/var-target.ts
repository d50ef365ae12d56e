import {existsSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {Refused} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import {removeBelow} from './remove-below.ts';
import {listNames, type Replace} from './target-refusals.ts';

/** A file system for /var alone, mounted below the root. */
export interface VarTarget {
	readonly place: string;
	/** Names in it, but for what mkfs and installations made. */
	readonly names: readonly string[];
	/** Whether an installation has begun to fill it, and has not come to its end. */
	readonly isUnfinished: boolean;
}

/** In it as long as all in it is an installation's, and nobody's loss. */
const fillingMark = '.slipway-unfinished';

export function readVarTarget(place: string): VarTarget {
	return {
		place,
		names: namesToRemove(place),
		isUnfinished: existsSync(path.join(place, fillingMark)),
	};
}

/**
 * What an earlier run of the same installation has left there may go, and nothing else unasked.
 * @param isUnfinished whether the root has something of an earlier run
 */
export function refusalsOfVar(
	{place, names, ...found}: VarTarget,
	replace: Replace,
	isUnfinished: boolean,
): Refused[] {
	if (replace === 'wipe' || names.length === 0 || (isUnfinished && found.isUnfinished)) return [];
	return [
		new Refused('not-empty', `${place} is not empty: ${listNames(names)}`, {
			hint: 'Empty it, or give --replace=wipe.',
		}),
	];
}

/** Empties it, and marks it as long as it is being filled. */
export async function beginVar(
	system: Pick<System, 'syncFileSystem'>,
	place: string,
): Promise<void> {
	writeFileSync(path.join(place, fillingMark), '');
	system.syncFileSystem(place);
	for (const name of namesToRemove(place)) await removeBelow(path.join(place, name));
}

/** It is a system's from now on. */
export function endVar(system: Pick<System, 'syncFileSystem'>, place: string): void {
	rmSync(path.join(place, fillingMark), {force: true});
	system.syncFileSystem(place);
}

function namesToRemove(place: string): string[] {
	return readdirSync(place)
		.filter((name) => name !== 'lost+found' && name !== fillingMark)
		.sort();
}
