import {accessSync, constants} from 'node:fs';
import path from 'node:path';
import {Lacking} from '../engine/errors.ts';
import type {RootFileSystem} from './disk/layout-settings.ts';

/** Program and the Debian package that has it. */
type Programs = Readonly<Record<string, string>>;

const always: Programs = {
	sfdisk: 'fdisk',
	mke2fs: 'e2fsprogs',
	'mkfs.vfat': 'dosfstools',
	mcopy: 'mtools',
	lsblk: 'util-linux',
	blkid: 'util-linux',
	wipefs: 'util-linux',
};

const byFileSystem: Readonly<Record<RootFileSystem, Programs>> = {
	ext4: {},
	btrfs: {'mkfs.btrfs': 'btrfs-progs'},
	xfs: {'mkfs.xfs': 'xfsprogs'},
};

const toEncrypt: Programs = {
	cryptsetup: 'cryptsetup-bin',
	'systemd-cryptenroll': 'systemd-cryptsetup',
};

const toMirror: Programs = {mdadm: 'mdadm'};

const toMakeMedia: Programs = {
	'mkfs.erofs': 'erofs-utils',
	'mkfs.vfat': 'dosfstools',
	mcopy: 'mtools',
	sfdisk: 'fdisk',
};

/** What an install is to do that not every image can. */
export interface ProgramNeeds {
	/** Those that are made, as far as they are known. */
	readonly fileSystems: readonly RootFileSystem[];
	readonly encrypts?: boolean;
	readonly mirrors?: boolean;
}

/** Where they may be in an image. */
export const programFolders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'] as const;

/** What an install runs, from the image itself. */
export function installPrograms({fileSystems, encrypts, mirrors}: ProgramNeeds): Programs {
	return {
		...always,
		...Object.fromEntries(fileSystems.flatMap((type) => Object.entries(byFileSystem[type]))),
		...(encrypts && toEncrypt),
		...(mirrors && toMirror),
	};
}

/** Why this image cannot encrypt, for people; undefined when it has the programs. */
export function whyNoEncryption(folders: readonly string[] = programFolders): string | undefined {
	const missing = missingPrograms(toEncrypt, folders).map(([program]) => program);
	return missing.length === 0 ? undefined : `the image lacks ${missing.join(', ')}`;
}

/** Why nobody can become root by sudo, for people; undefined when the image has it. */
export function whyNoSudo(folders: readonly string[] = ['/usr/bin']): string | undefined {
	return missingPrograms({sudo: 'sudo'}, folders).length === 0
		? undefined
		: 'the image has no sudo';
}

function missingPrograms(
	programs: Programs,
	folders: readonly string[],
): (readonly [program: string, packageName: string])[] {
	return Object.entries(programs).filter(
		([program]) => !folders.some((folder) => isExecutable(path.join(folder, program))),
	);
}

/** @throws Lacking `missing-program` that names all that are not installed here */
export function checkPrograms(
	needs: ProgramNeeds,
	folders: readonly string[] = programFolders,
): void {
	throwMissing(missingPrograms(installPrograms(needs), folders));
}

/** What makes live media. @throws Lacking `missing-program` */
export function checkMediaPrograms(folders: readonly string[] = programFolders): void {
	throwMissing(missingPrograms(toMakeMedia, folders));
}

function throwMissing(missing: ReturnType<typeof missingPrograms>): void {
	if (missing.length === 0) return;
	const names = missing.map(([program]) => program).join(', ');
	const packages = [...new Set(missing.map(([, name]) => name))].join(', ');
	throw new Lacking('missing-program', `the image lacks ${names}`, {
		hint: `Install in the image what Debian calls ${packages}, and build it again.`,
	});
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
