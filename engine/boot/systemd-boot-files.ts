import {Refused} from '../errors.ts';
import type {ImageReader} from '../image-reader.ts';
import {type BootFile, textFile} from './boot-partition.ts';

/** Architectures with UEFI that slipway boots, as systemd and file names on the ESP call them. */
export type EfiArchitecture = 'x64' | 'aa64';

/** Where bootctl looks on an ESP, and where firmware does that has no boot entry of its own. */
export const placesOnEsp = (architecture: EfiArchitecture) => ({
	own: `EFI/systemd/systemd-boot${architecture}.efi`,
	fallback: `EFI/BOOT/BOOT${architecture.toUpperCase()}.EFI`,
});

/** What the menu of systemd-boot goes by, on the ESP. */
export const loaderSettings = 'loader/loader.conf';

const folderInImage = '/usr/lib/systemd/boot/efi';

/** How long the menu waits unless the installer is told otherwise. */
export const menuTimeoutSec = 3;

/**
 * The files of the boot loader itself. They belong on the ESP even where entries are on XBOOTLDR: the
 * firmware and systemd-boot look for them nowhere else.
 * @param program on this host, from {@link findSystemdBoot}
 */
export function systemdBootFiles(
	program: string,
	architecture: EfiArchitecture,
	{timeoutSec = menuTimeoutSec}: {timeoutSec?: number} = {},
): BootFile[] {
	const source = {kind: 'path', path: Buffer.from(program).toString('latin1')} as const;
	const {own, fallback} = placesOnEsp(architecture);
	return [{path: own, source}, {path: fallback, source}, loaderSettingsFile(timeoutSec)];
}

/** What the menu goes by. */
export function loaderSettingsFile(timeoutSec: number = menuTimeoutSec): BootFile {
	return textFile(loaderSettings, `timeout ${timeoutSec}\ndefault slipway-*\n`);
}

/** Whether a file is one of those, and not one that belongs where the entries are. */
export function isLoaderFile({path: place}: Pick<BootFile, 'path'>): boolean {
	return /^(?:EFI\/(?:systemd|BOOT)\/|loader\/loader\.conf$)/.test(place);
}

/** Tells bootctl and kernel-install which kind of entries the partition that holds them is for. */
export const entriesMarker: BootFile = textFile('loader/entries.srel', 'type1\n');

/**
 * The systemd-boot program of an image on this host, as {@link lookForSystemdBoot} finds it.
 * @throws Refused `no-boot-loader`
 */
export async function findSystemdBoot(
	image: ImageReader,
	architecture: EfiArchitecture,
): Promise<string> {
	const program = await lookForSystemdBoot(image, architecture);
	if (program !== undefined) return program;
	const name = `systemd-boot${architecture}.efi`;
	throw new Refused('no-boot-loader', `the image has no ${folderInImage}/${name}`, {
		hint: 'Install the package systemd-boot-efi (Fedora: systemd-boot-unsigned) in the image.',
	});
}

/** The signed one first. Undefined when the image has none. */
export async function lookForSystemdBoot(
	image: ImageReader,
	architecture: EfiArchitecture,
): Promise<string | undefined> {
	for (const candidate of programsInImage(architecture)) {
		const program = await image.followedFile(candidate);
		if (program !== undefined) return program.path;
	}
	return undefined;
}

/** Where an image has the program of systemd-boot; the first that is there is installed. */
export function programsInImage(architecture: EfiArchitecture): readonly string[] {
	const program = `${folderInImage}/systemd-boot${architecture}.efi`;
	return [`${program}.signed`, program];
}
