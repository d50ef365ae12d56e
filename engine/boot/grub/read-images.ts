import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {Lacking} from '../../errors.ts';
import {checkGrubImages, type GrubImages} from './boot-images.ts';

/** Made when the image is built; see image/grub. */
export const grubFolderInImage = '/usr/lib/slipway/grub';

/**
 * GRUB's files of an unpacked image; undefined when it has none.
 * @throws DamagedInput when they are something else
 */
export async function lookForGrub(root: string): Promise<GrubImages | undefined> {
	const read = (name: string) => readFile(path.join(root, grubFolderInImage, name));
	try {
		const images = {boot: await read('boot.img'), core: await read('core.img')};
		checkGrubImages(images);
		return images;
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
