import {existsSync} from 'node:fs';
import path from 'node:path';
import {hasGrub} from '../boot/grub/grub.ts';
import {grubFolderInImage, lookForGrub} from '../boot/grub/read-images.ts';
import {mountedPartition} from '../boot/mounted-partition.ts';
import {runningBootPath} from '../boot/running-boot-loader.ts';
import {Refused} from '../errors.ts';
import type {ImageReader} from '../image-reader.ts';
import type {System} from '../system/system.ts';

/**
 * Whether an image goes with the GRUB by which a BIOS starts this machine. The GRUB on the disk would go on to start
 * it, but a slipway that brings none keeps no menu: the image would never count as good, nor be updated.
 * @param root what stands before all paths; for tests
 * @throws Refused `no-grub`
 * @throws DamagedInput when what it has for GRUB is something else
 */
export async function checkGrub(
	system: Pick<System, 'run' | 'syncFileSystem'>,
	image: Pick<ImageReader, 'followedFile'>,
	root = '/',
): Promise<void> {
	if (existsSync(path.join(root, 'sys/firmware/efi'))) return;
	if (!(await hasGrub(mountedPartition(system, await runningBootPath(system))))) return;
	if ((await lookForGrub(image)) !== undefined) return;
	throw new Refused(
		'no-grub',
		`the image has no GRUB in ${grubFolderInImage}, by which a BIOS starts this machine`,
		{hint: 'Make it in the build of the image, as the Containerfile of slipway does.'},
	);
}
