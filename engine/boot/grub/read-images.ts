import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {Lacking} from '../../errors.ts';
import {checkGrubImages, type GrubImages} from './boot-images.ts';
import type {MediumImages} from './medium-images.ts';

/** Made when the image is built; see image/grub. */
export const grubFolderInImage = '/usr/lib/slipway/grub';

/**
 * GRUB's files of an unpacked image; undefined when it has none.
 * @throws DamagedInput when they are something else
 */
export async function lookForGrub(root: string): Promise<GrubImages | undefined> {
	const images = await readAll(root, {boot: 'boot.img', core: 'core.img'});
	if (images !== undefined) checkGrubImages(images);
	return images;
}

/** Those for media; undefined when an image has none. */
export async function lookForMediumGrub(root: string): Promise<MediumImages | undefined> {
	return await readAll(root, {
		cdBoot: 'cdboot.img',
		hybridBoot: 'boot_hybrid.img',
		core: 'core.img',
	});
}

/** Undefined when one is missing. */
async function readAll<Name extends string>(
	root: string,
	files: Readonly<Record<Name, string>>,
): Promise<Record<Name, Buffer> | undefined> {
	const read = async ([name, file]: readonly [string, unknown]) =>
		[name, await readFile(path.join(root, grubFolderInImage, String(file)))] as const;
	try {
		const contents = await Promise.all(Object.entries(files).map(read));
		return Object.fromEntries(contents) as Record<Name, Buffer>;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
}

/** @throws Lacking `no-grub` */
export async function findGrub(root: string): Promise<GrubImages> {
	const images = await lookForGrub(root);
	if (images !== undefined) return images;
	throw new Lacking('no-grub', `the image has no GRUB for a BIOS in ${grubFolderInImage}`, {
		hint: 'Make it in the build of the image, as the Containerfile of slipway does; or take --firmware uefi.',
	});
}
