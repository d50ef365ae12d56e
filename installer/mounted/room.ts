import {Refused} from '../../engine/errors.ts';
import type {ContentSizes} from '../disk/content-sizes.ts';
import {formatSize} from '../disk/size.ts';
import type {RootTarget} from './root-target.ts';

/** File systems keep something for themselves. */
const share = 1.03;
const slack = 32 << 20;

export interface RootRoom {
	readonly needed: number;
	readonly free: number;
	readonly isEnoughForUpdates: boolean;
}

/**
 * @param root with all that is free when the work begins
 * @throws Refused `too-small`
 */
export function checkRootRoom(
	{path, freeBytes, freeInodes}: Pick<RootTarget, 'path' | 'freeBytes' | 'freeInodes'>,
	{rootBytes, rootInodes}: ContentSizes,
): RootRoom {
	const needed = Math.ceil(rootBytes * share) + slack;
	if (freeBytes < needed)
		throw new Refused(
			'too-small',
			`${path} has ${formatSize(freeBytes)} free (${freeBytes} bytes), this image needs ${formatSize(needed)} (${needed} bytes)`,
			{hint: 'Make room on it, or make the image smaller.'},
		);
	if (freeInodes !== undefined && freeInodes < rootInodes)
		throw new Refused(
			'too-small',
			`${path} has room for ${freeInodes} more files, this image needs ${rootInodes}`,
			{hint: 'Remove files, or make the file system anew with more inodes.'},
		);
	return {needed, free: freeBytes, isEnoughForUpdates: freeBytes >= 2 * needed};
}

/** @throws Refused `boot-partition-full` with both sizes */
export function checkBootRoom(name: string, needed: number, free: number): void {
	if (needed <= free) return;
	throw new Refused(
		'boot-partition-full',
		`${name} has ${formatSize(free)} free (${free} bytes), this image needs ${formatSize(needed)} (${needed} bytes) there`,
		{
			hint: 'Make room on it, or make a FAT partition of 1 GiB and the type XBOOTLDR on the same disk, and run again.',
		},
	);
}
