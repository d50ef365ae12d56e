import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {Refused} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import {MiB} from './size.ts';

/**
 * Makes a disk hold nothing that firmware, kernel or libblkid would know, so that what was there
 * cannot boot half overwritten. It is on the disk when this returns.
 *
 * The end first, and zeros before wipefs: a run that is killed in between leaves a GPT that still names
 * an unfinished installation, or nothing. wipefs alone erases the marks of both copies and leaves
 * remains that nobody can tell from data.
 * @throws Refused `in-use` when something has taken it since it was inspected
 */
export async function wipeDisk(system: System, path: string, size: number): Promise<void> {
	await zeroEnds(path, size);
	// What has its mark further in: ZFS, VMFS, RAID of some kinds.
	await system.run('wipefs', ['--all', '--quiet', '--lock=no', path]);
}

async function zeroEnds(path: string, size: number): Promise<void> {
	await using file = await openExclusively(path);
	const zeros = Buffer.alloc(Math.min(MiB, size));
	for (const position of [size - zeros.length, 0]) {
		await file.write(zeros, 0, zeros.length, position);
		await file.sync();
	}
}

/** The kernel's own last word on whether a block device is free; plain files always are. */
async function openExclusively(path: string): Promise<FileHandle> {
	try {
		return await open(path, constants.O_RDWR | constants.O_EXCL);
	} catch (error) {
		if (!(error instanceof Error && 'code' in error && error.code === 'EBUSY')) throw error;
		throw new Refused('in-use', `${path} has come into use since it was inspected`, {
			hint: 'Stop what uses it and run again.',
			cause: error,
		});
	}
}
