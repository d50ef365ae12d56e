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

/** Where they may be in an image. */
export const programFolders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'] as const;

/** What an install runs, from the image itself. */
export function installPrograms(rootFileSystem: RootFileSystem | undefined): Programs {
	return rootFileSystem === undefined ? always : {...always, ...byFileSystem[rootFileSystem]};
}

/** @throws Lacking `missing-program` that names all that are not installed here */
export function checkPrograms(
	fileSystems: readonly RootFileSystem[],
	folders: readonly string[] = programFolders,
): void {
	const needed = Object.assign({}, ...fileSystems.map(installPrograms)) as Programs;
	const missing = Object.entries(needed).filter(
		([program]) => !folders.some((folder) => isExecutable(path.join(folder, program))),
	);
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
