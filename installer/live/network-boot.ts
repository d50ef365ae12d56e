/** What a network boot needs besides kernel and initramfs: the image as a second initramfs, and a script. */
import {createReadStream, createWriteStream, statSync} from 'node:fs';
import {pipeline} from 'node:stream/promises';
import {Refused} from '../../engine/errors.ts';
import {formatSize} from '../disk/size.ts';
import {cpioFrame, maxCpioFile} from './cpio.ts';

/** The image in the initramfs. */
export const imageInInitramfs = '/root.erofs';

/**
 * Wraps an EROFS in an archive that the kernel unpacks as a file, whatever loads it.
 * @throws Refused `image-too-large`
 */
export async function writeImageArchive(
	image: string,
	file: string,
	signal: AbortSignal,
): Promise<void> {
	const {size} = statSync(image);
	if (size > maxCpioFile)
		throw new Refused(
			'image-too-large',
			`the compressed image has ${formatSize(size)}, a network boot takes less than 4 GiB`,
			{hint: 'Use --format iso, or make the image smaller.'},
		);
	const {before, behind} = cpioFrame(imageInInitramfs.slice(1), 0o644, size);
	async function* archive(): AsyncGenerator<Buffer> {
		yield before;
		yield* createReadStream(image, {highWaterMark: 1 << 20});
		yield behind;
	}
	await pipeline(archive, createWriteStream(file), {signal});
}

export interface NetworkBoot {
	/** As files beside the script. */
	readonly kernel: string;
	readonly initramfs: readonly string[];
	readonly commandLine: string;
}

/**
 * A script for iPXE. Where it is UEFI firmware that started iPXE, the kernel fetches what `initrd=` names.
 * @see https://ipxe.org/cmd
 */
export function formatNetworkScript({kernel, initramfs, commandLine}: NetworkBoot): string {
	const names = initramfs.map((file) => `initrd=${file}`).join(' ');
	return [
		'#!ipxe',
		`kernel ${kernel} ${names} ${commandLine}`,
		...initramfs.map((file) => `initrd ${file}`),
		'boot',
		'',
	].join('\n');
}
