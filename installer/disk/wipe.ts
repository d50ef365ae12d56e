import {fsyncSync, writeSync} from 'node:fs';
import type {System} from '../../engine/system/system.ts';
import type {DiskHold} from './hold.ts';
import {MiB} from './size.ts';

/**
 * Makes a disk hold nothing that firmware, kernel or libblkid would know, so that what was there
 * cannot boot half overwritten. It is on the disk when this returns.
 *
 * The end first, and zeros before wipefs: a run that is killed in between leaves a GPT that still names
 * an unfinished installation, or nothing. wipefs alone erases the marks of both copies and leaves
 * remains that nobody can tell from data.
 */
export async function wipeDisk(
	system: System,
	path: string,
	size: number,
	{descriptor}: Pick<DiskHold, 'descriptor'>,
): Promise<void> {
	zeroEnds(descriptor, {start: 0, size}, MiB);
	// What has its mark further in: ZFS, VMFS, RAID of some kinds. Forced, for it would ask for the disk
	// that is held here.
	await system.run('wipefs', ['--all', '--quiet', '--force', '--lock=no', path]);
}

/** No mark is further in: that of LUKS has copies up to 4 MiB from the beginning. */
const headSize = 8 * MiB;

/**
 * Makes a part of a disk hold nothing that libblkid would know. mkfs leaves what others have at the end,
 * ZFS for one, and nobody mounts what seems to be two file systems. It is on the disk when this returns.
 */
export function wipeRegion(
	{descriptor}: Pick<DiskHold, 'descriptor'>,
	region: {readonly start: number; readonly size: number},
): void {
	zeroEnds(descriptor, region, headSize);
}

/** The last MiB first, then what is at the beginning. */
function zeroEnds(
	descriptor: number,
	{start, size}: {readonly start: number; readonly size: number},
	head: number,
): void {
	for (const [position, length] of [
		[Math.max(size - MiB, 0), Math.min(MiB, size)],
		[0, Math.min(head, size)],
	] as const) {
		const zeros = Buffer.alloc(length);
		for (let at = 0; at < length; )
			at += writeSync(descriptor, zeros, at, length - at, start + position + at);
		fsyncSync(descriptor);
	}
}
