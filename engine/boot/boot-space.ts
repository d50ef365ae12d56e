import {Refused} from '../errors.ts';
import type {Kernel} from './kernel.ts';
import type {BootContents} from './systemd-boot-contents.ts';
import {missingKernelFiles} from './systemd-boot-plan.ts';

/** The largest cluster of FAT32: what each file and folder may take beyond its size. */
const maxClusterSize = 32 * 1024;
const mebibyte = 2 ** 20;

/** Bytes that a deployment with this kernel takes on the boot partition beyond what is there. */
export function bootSpaceNeeded(contents: BootContents, kernel: Kernel): number {
	const entry = maxClusterSize;
	if (missingKernelFiles(contents, kernel).length === 0) return entry;
	const folder = maxClusterSize;
	return entry + folder + spaceOf([kernel.linux, kernel.initramfs]);
}

/** Bytes that files of these sizes take at most. */
export function spaceOf(files: readonly {readonly size: number}[]): number {
	return files.reduce(addRounded, 0);
}

/**
 * @param what needs the room
 * @throws Refused `boot-partition-full`, with what is needed and what is free
 */
export function checkBootSpace(needed: number, free: number, what = 'kernel and initramfs'): void {
	if (needed <= free) return;
	throw new Refused(
		'boot-partition-full',
		`${what} need ${Math.ceil(needed / mebibyte)} MiB on the boot partition, which has ${Math.floor(free / mebibyte)} MiB free`,
		{
			hint: 'Delete a deployment that is not needed any more, or make the initramfs of the image smaller.',
		},
	);
}

function addRounded(sum: number, {size}: {readonly size: number}): number {
	return sum + Math.ceil(size / maxClusterSize) * maxClusterSize;
}
