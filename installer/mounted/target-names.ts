/** What is in the root of a mounted file system, and what of it an installation could run into. */
import {readdirSync} from 'node:fs';
import path from 'node:path';
import {isAtOrBelow} from '../../engine/source/tree-path.ts';

/** Where an installation is written until all of it is there; it has nobody else's files in it. */
export const unfinishedFolder = 'slipway-unfinished';
/** In it as soon as it is whole, and what is in it may be moved to its place. */
export const movingMark = 'moving';
/** Names that a slipway system has in the root of its file system. */
export const ownNames = ['composefs', 'state'] as const;

export interface TargetNames {
	/** Names in the root that hold anything, but for what mkfs made and mount points. */
	readonly foreign: readonly string[];
	/** Names of {@link ownNames} that are there. */
	readonly own: readonly string[];
	/** Names of {@link ownNames} that a killed installation has put in place; nobody misses them. */
	readonly leftover: readonly string[];
	/** Whether there is {@link unfinishedFolder}. */
	readonly isUnfinished: boolean;
}

/** @param mountPoints paths of mounts, those below the root among them */
export function readTargetNames(root: string, mountPoints: readonly string[]): TargetNames {
	const names = readdirSync(root).sort();
	const isUnfinished = names.includes(unfinishedFolder);
	const own = ownNames.filter((name) => names.includes(name));
	const pending = isUnfinished ? readdirSync(path.join(root, unfinishedFolder)) : [];
	return {
		foreign: names.filter(
			(name) =>
				name !== unfinishedFolder &&
				!isOwnName(name) &&
				name !== 'lost+found' &&
				!holdsOnlyMounts(path.join(root, name), mountPoints),
		),
		own,
		// They are moved out of the folder, one after the other.
		leftover: pending.includes(movingMark) ? own.filter((name) => !pending.includes(name)) : [],
		isUnfinished,
	};
}

function isOwnName(name: string): boolean {
	return ownNames.some((own) => own === name);
}

/** Whether a path is a mount point, or a folder with nothing but such in it. */
function holdsOnlyMounts(place: string, mountPoints: readonly string[]): boolean {
	if (mountPoints.includes(place)) return true;
	if (!mountPoints.some((point) => isAtOrBelow(point, place))) return false;
	return readdirSync(place).every((name) => holdsOnlyMounts(path.join(place, name), mountPoints));
}
