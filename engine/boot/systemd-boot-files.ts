import {access} from 'node:fs/promises';
import path from 'node:path';
import {Refused} from '../errors.ts';
import {type BootFile, textFile} from './boot-partition.ts';

/** Architectures with UEFI that slipway boots, as systemd and file names on the ESP call them. */
export type EfiArchitecture = 'x64' | 'aa64';

/** Where the firmware looks when it has no boot entry of its own, and where bootctl looks. */
const placesOnEsp = (architecture: EfiArchitecture): string[] => [
	`EFI/systemd/systemd-boot${architecture}.efi`,
	`EFI/BOOT/BOOT${architecture.toUpperCase()}.EFI`,
];

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
	return [
		...placesOnEsp(architecture).map((path) => ({path, source})),
		textFile('loader/loader.conf', `timeout ${timeoutSec}\ndefault slipway-*\n`),
	];
}

/** Tells bootctl and kernel-install which kind of entries the partition that holds them is for. */
export const entriesMarker: BootFile = textFile('loader/entries.srel', 'type1\n');

/**
 * The systemd-boot program in an unpacked image, the signed one first.
 * @throws Refused `no-boot-loader`
 */
export async function findSystemdBoot(
	root: string,
	architecture: EfiArchitecture,
): Promise<string> {
	const folder = '/usr/lib/systemd/boot/efi';
	const name = `systemd-boot${architecture}.efi`;
	for (const candidate of [`${name}.signed`, name]) {
		const program = path.join(root, folder, candidate);
		if (await isThere(program)) return program;
	}
	throw new Refused('no-boot-loader', `the image has no ${folder}/${name}`, {
		hint: 'Install the package systemd-boot-efi (Fedora: systemd-boot-unsigned) in the image.',
	});
}

async function isThere(file: string): Promise<boolean> {
	try {
		await access(file);
		return true;
	} catch {
		return false;
	}
}
