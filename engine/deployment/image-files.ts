import {readKernelArgumentFiles} from '../boot/kargs.ts';
import type {KernelArgumentFile} from '../boot/kargs-file.ts';
import {type Kernel, readKernel} from '../boot/kernel.ts';
import type {ImageReader} from '../image-reader.ts';
import type {Store} from '../store/store.ts';
import {openStoredImage} from '../store/stored-image.ts';
import {imageSettingsFile} from './image-reference.ts';
import {type OsRelease, readOsRelease} from './os-release.ts';

/** What a deployment needs of its image besides the tree: small files, and what it boots from. */
export interface ImageFiles {
	readonly kernel: Kernel;
	/** As the image has them, for all architectures. */
	readonly kernelArgumentFiles: readonly KernelArgumentFile[];
	/** Text of image.toml; undefined when the image has none. */
	readonly imageSettings: string | undefined;
	readonly osRelease: OsRelease;
}

/**
 * @throws Refused `no-kernel`, `several-kernels`, `no-initramfs`
 * @throws DamagedInput when kernel or initramfs are not what the image says they are
 */
export async function readImageFiles(image: ImageReader): Promise<ImageFiles> {
	return {
		kernelArgumentFiles: await readKernelArgumentFiles(image),
		imageSettings: await image.text(imageSettingsFile),
		osRelease: await readOsRelease(image),
		kernel: await readKernel(image),
	};
}

/**
 * The same of an image in a store, of which nothing need be mounted; kernel and initramfs are objects
 * there. Errors as of {@link readImageFiles}.
 * @param verityDigest of the image, in hex
 * @throws DamagedInput when the image or a file of it is missing or damaged
 */
export async function imageFilesOf(
	store: Pick<Store, 'imagePath' | 'objectPath'>,
	verityDigest: string,
): Promise<ImageFiles> {
	return readImageFiles(openStoredImage(store, verityDigest));
}
