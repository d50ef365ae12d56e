import {readFile} from 'node:fs/promises';
import {Lacking} from '../../errors.ts';
import type {ImageReader} from '../../image-reader.ts';
import {checkGrubImages, type GrubImages} from './boot-images.ts';
import type {MediumImages} from './medium-images.ts';

/** Made when the image is built; see image/grub. */
export const grubFolderInImage = '/usr/lib/slipway/grub';

/**
 * GRUB's files of an image on this host; undefined when it has none.
 * @throws DamagedInput when they are something else
 */
export async function lookForGrub(
	image: Pick<ImageReader, 'followedFile'>,
): Promise<GrubImages | undefined> {
	const images = await readAll(image, {boot: 'boot.img', core: 'core.img'});
	if (images !== undefined) checkGrubImages(images);
	return images;
}

/**
 * Those for media.
 * @throws Lacking `no-grub`
 */
export async function findMediumGrub(image: ImageReader): Promise<MediumImages> {
	const images = await readAll(image, {
		cdBoot: 'cdboot.img',
		hybridBoot: 'boot_hybrid.img',
		core: 'core.img',
	});
	if (images !== undefined) return images;
	throw noGrub();
}

/** Undefined when one is missing. */
async function readAll<Name extends string>(
	image: Pick<ImageReader, 'followedFile'>,
	files: Readonly<Record<Name, string>>,
): Promise<Record<Name, Buffer> | undefined> {
	const contents: [string, Buffer][] = [];
	for (const [name, file] of Object.entries(files)) {
		const found = await image.followedFile(`${grubFolderInImage}/${String(file)}`);
		if (found === undefined) return undefined;
		contents.push([name, await readFile(found.path)]);
	}
	return Object.fromEntries(contents) as Record<Name, Buffer>;
}

/** @throws Lacking `no-grub` */
export async function findGrub(image: ImageReader): Promise<GrubImages> {
	const images = await lookForGrub(image);
	if (images !== undefined) return images;
	throw noGrub();
}

function noGrub(): Lacking {
	return new Lacking('no-grub', `the image has no GRUB for a BIOS in ${grubFolderInImage}`, {
		hint: 'Make it in the build of the image, as the Containerfile of slipway does; or take --firmware uefi.',
	});
}
