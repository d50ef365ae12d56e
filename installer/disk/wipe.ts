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
	zeroEnds(descriptor, size);
	// What has its mark further in: ZFS, VMFS, RAID of some kinds. Forced, for it would ask for the disk
	// that is held here.
	await system.run('wipefs', ['--all', '--quiet', '--force', '--lock=no', path]);
}

function zeroEnds(descriptor: number, size: number): void {
	const zeros = Buffer.alloc(Math.min(MiB, size));
	for (const position of [size - zeros.length, 0]) {
		for (let at = 0; at < zeros.length; )
			at += writeSync(descriptor, zeros, at, zeros.length - at, position + at);
		fsyncSync(descriptor);
	}
}
