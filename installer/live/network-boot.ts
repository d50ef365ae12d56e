/** What a network boot needs besides kernel and initramfs: the image as a second initramfs, and a script. */
import {createReadStream, createWriteStream, statSync} from 'node:fs';
import {pipeline} from 'node:stream/promises';
import {splitCommandLine} from '../../engine/boot/command-line.ts';
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
 * What iPXE does not hand on as it is. It splits lines at blanks whatever quotes there are, knows no way to
 * escape anything, and goes on with the next line behind a backslash.
 */
const interpreted: readonly (readonly [pattern: RegExp, what: string])[] = [
	[/\$\{/, '${ begins a setting'],
	[/(?:^| )(?:\|\||&&|;)(?: |$)/, 'the word ||, && or ; ends the command'],
	[/(?:^| )#/, 'a word with # in front is a comment'],
	[/ {2}/, 'blanks become one'],
	[/\\$/, 'a backslash at the end joins the next line'],
];

/**
 * A script for iPXE. Where it is UEFI firmware that started iPXE, the kernel fetches what `initrd=` names.
 * @see https://ipxe.org/cmd
 * @throws Refused `not-for-ipxe` for kernel arguments that would not reach the kernel as they are
 */
export function formatNetworkScript({kernel, initramfs, commandLine}: NetworkBoot): string {
	refuseInterpreted(commandLine);
	const names = initramfs.map((file) => `initrd=${file}`).join(' ');
	return [
		'#!ipxe',
		`kernel ${kernel} ${names} ${commandLine}`,
		...initramfs.map((file) => `initrd ${file}`),
		'boot',
		'',
	].join('\n');
}

function refuseInterpreted(commandLine: string): void {
	for (const [pattern, what] of interpreted) {
		if (!pattern.test(commandLine)) continue;
		const argument = splitCommandLine(commandLine).find((each) => pattern.test(each));
		throw new Refused(
			'not-for-ipxe',
			`iPXE cannot give the kernel argument ${argument ?? commandLine}: ${what}`,
			{hint: 'Leave it out of a medium for network boots, or write it otherwise.'},
		);
	}
}
