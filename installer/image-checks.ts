/** What an image's author can check before anybody installs it, as far as the installer knows it. */
import {UsageError} from '../engine/errors.ts';
import type {ImageRoot} from '../engine/lint/image-root.ts';
import type {Check, Problem} from '../engine/lint/lint.ts';
import {hostArchitecture} from './architecture.ts';
import {
	bootcSettingsFolder,
	type LayoutSettings,
	layoutSettings,
	type RootFileSystem,
	type SettingsFile,
	settingsPath,
} from './disk/layout-settings.ts';

/** Programs that an install of the image runs, from the image itself, and their Debian packages. */
const programs: Readonly<Record<string, string>> = {
	sfdisk: 'fdisk',
	mke2fs: 'e2fsprogs',
	debugfs: 'e2fsprogs',
	'mkfs.vfat': 'dosfstools',
	bootctl: 'systemd-boot-tools',
	mcopy: 'mtools',
	lsblk: 'util-linux',
	blkid: 'util-linux',
	wipefs: 'util-linux',
};

const fileSystemPrograms: Readonly<Record<RootFileSystem, Readonly<Record<string, string>>>> = {
	ext4: {},
	btrfs: {'mkfs.btrfs': 'btrfs-progs'},
	xfs: {'mkfs.xfs': 'xfsprogs'},
};

const programFolders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

const installTools: Check = {
	name: 'install-tools',
	severity: 'error',
	reason: 'The image installs itself with its own programs.',
	fix: `Install the packages ${[...new Set(Object.values(programs))].join(', ')} (names of Debian).`,
	async find(root) {
		const settings = await readLayoutSettings(root);
		// A mistake in the settings is told by its own check.
		const chosen =
			settings instanceof UsageError ? {} : fileSystemPrograms[settings.rootFileSystem];
		const problems: string[] = [];
		for (const [program, packageName] of Object.entries({...programs, ...chosen}))
			if (!(await hasProgram(root, program)))
				problems.push(`the program ${program} is missing (package ${packageName})`);
		return problems;
	},
};

async function hasProgram(root: ImageRoot, program: string): Promise<boolean> {
	for (const folder of programFolders)
		if ((await root.followed(`${folder}/${program}`))?.type === 'file') return true;
	return false;
}

const diskLayout: Check = {
	name: 'disk-layout',
	severity: 'error',
	reason: 'An install stops at settings of the disk layout that it cannot read.',
	fix: `Write ${settingsPath} as TOML, such as root-fs = "ext4".`,
	async find(root): Promise<Problem[]> {
		const settings = await readLayoutSettings(root);
		return settings instanceof UsageError ? [settings.message] : [];
	},
};

/** What an install would read, or what is wrong with it. */
async function readLayoutSettings(root: ImageRoot): Promise<LayoutSettings | UsageError> {
	const bootc: SettingsFile[] = [];
	for (const name of await root.list(bootcSettingsFolder))
		if (name.endsWith('.toml'))
			bootc.push(...(await readSettings(root, `${bootcSettingsFolder}/${name}`)));
	const [own] = await readSettings(root, settingsPath);
	try {
		return layoutSettings(own, bootc, hostArchitecture().kernel);
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		return error;
	}
}

async function readSettings(root: ImageRoot, path: string): Promise<SettingsFile[]> {
	const text = await root.text(path);
	return text === undefined ? [] : [{path, text}];
}

export const installerChecks: readonly Check[] = [installTools, diskLayout];
