import {modulesFolder} from '../../boot/kernel.ts';
import type {ImageRoot} from '../image-root.ts';
import type {Check} from '../lint.ts';

/** File systems of the media that a cloud gives its settings on: NoCloud, and the config drive. */
const mediaModules = ['isofs', 'vfat'] as const;

export const seedMedia: Check = {
	name: 'seed-media',
	severity: 'warning',
	reason:
		'cloud-init reads what a cloud has for a machine from a medium, which the kernel has to mount.',
	fix: 'Install a kernel that has the modules, such as linux-image-amd64 (Debian).',
	async find(root) {
		if ((await root.followed('/usr/bin/cloud-init'))?.type !== 'file') return [];
		const problems: string[] = [];
		for (const version of await root.list(modulesFolder)) {
			const modules = await moduleNames(root, `${modulesFolder}/${version}`);
			// Without a list of them it is no kernel, which others tell.
			const missing = modules.size === 0 ? [] : mediaModules.filter((name) => !modules.has(name));
			if (missing.length > 0)
				problems.push(`the kernel ${version} has no module ${missing.join(' and no ')}`);
		}
		return problems;
	},
};

/** Those that can be loaded, and those that are part of the kernel. */
async function moduleNames(root: ImageRoot, folder: string): Promise<Set<string>> {
	const lists = await Promise.all(
		['modules.dep', 'modules.builtin'].map((name) => root.text(`${folder}/${name}`)),
	);
	const names = lists
		.flatMap((text) => (text ?? '').split('\n'))
		.map((line) => /([^/:]+)\.ko(?:\.\w+)?(?::|$)/.exec(line)?.[1]?.replaceAll('-', '_'));
	return new Set(names.filter((name) => name !== undefined));
}
