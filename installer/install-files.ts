import {imageKernelArguments} from '../engine/boot/kargs.ts';
import type {KernelArgument} from '../engine/boot/kernel-argument.ts';
import {findSystemdBoot} from '../engine/boot/systemd-boot-files.ts';
import {type ImageFiles, readImageFiles} from '../engine/deployment/image-files.ts';
import type {ImageRoot} from '../engine/lint/image-root.ts';
import type {Architecture} from './architecture.ts';
import type {LayoutSettings} from './disk/layout-settings.ts';
import {readLayoutSettings} from './layout-files.ts';

/** What the installer reads in an image besides its tree: small files that say how to install it. */
export interface InstallFiles extends Omit<ImageFiles, 'kernelArgumentFiles'> {
	readonly kernelArguments: readonly KernelArgument[];
	readonly layout: LayoutSettings;
	/** systemd-boot's program in the image, as a path of this host. */
	readonly bootProgram: string;
}

/**
 * Reads them from an image.
 * @throws Refused `no-kernel`, `several-kernels`, `no-initramfs`, `no-boot-loader`
 * @throws UsageError for a mistake in a file of settings: file, line, what was expected
 */
export async function readInstallFiles(
	image: ImageRoot,
	architecture: Architecture,
): Promise<InstallFiles> {
	const layout = await readLayoutSettings(image, architecture);
	const {kernelArgumentFiles, ...files} = await readImageFiles(image);
	return {
		...files,
		kernelArguments: imageKernelArguments(kernelArgumentFiles, architecture.kernel),
		layout,
		bootProgram: await findSystemdBoot(image, architecture.efi),
	};
}
