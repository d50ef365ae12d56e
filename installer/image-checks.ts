/** What an image's author can check before anybody installs it, as far as the installer knows it. */
import {UsageError} from '../engine/errors.ts';
import type {ImageRoot} from '../engine/lint/image-root.ts';
import type {Check, Problem} from '../engine/lint/lint.ts';
import {hostArchitecture} from './architecture.ts';
import {type LayoutSettings, settingsPath} from './disk/layout-settings.ts';
import {readLayoutSettings} from './layout-files.ts';
import {installPrograms, programFolders} from './programs.ts';

/** What the machine itself will run, besides what installs it. */
const machinePrograms = {bootctl: 'systemd-boot-tools'};
const packages = [
	...new Set(Object.values({...installPrograms({fileSystems: []}), ...machinePrograms})),
].join(', ');

const installTools: Check = {
	name: 'install-tools',
	severity: 'error',
	reason: 'The image installs itself with its own programs.',
	fix: `Install the packages ${packages} (names of Debian).`,
	async find(root) {
		const settings = await tryLayoutSettings(root);
		// A mistake in the settings is told by its own check.
		const fileSystems = settings instanceof UsageError ? [] : [settings.rootFileSystem];
		const needed = {...installPrograms({fileSystems}), ...machinePrograms};
		const problems: string[] = [];
		for (const [program, packageName] of Object.entries(needed))
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

export const diskLayout: Check = {
	name: 'disk-layout',
	severity: 'error',
	reason: 'An install stops at settings of the disk layout that it cannot read.',
	fix: `Write ${settingsPath} as TOML, such as root-fs = "ext4".`,
	async find(root): Promise<Problem[]> {
		const settings = await tryLayoutSettings(root);
		return settings instanceof UsageError ? [settings.message] : [];
	},
};

/** What an install would read, or what is wrong with it. */
async function tryLayoutSettings(root: ImageRoot): Promise<LayoutSettings | UsageError> {
	try {
		return await readLayoutSettings(root, hostArchitecture());
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		return error;
	}
}

export const installerChecks: readonly Check[] = [installTools, diskLayout];
