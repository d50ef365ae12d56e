import {DamagedInput} from '../../errors.ts';
import type {ImageRoot} from '../image-root.ts';
import {type SearchResult, searchInitramfs} from '../initramfs.ts';
import type {Check, Problem} from '../lint.ts';

const modulesFolder = '/usr/lib/modules';
/** What the dracut module installs; see image/root/usr/lib/dracut/modules.d. */
const bootScript = 'usr/lib/slipway/slipway-root';
const runSetup = 'Make RUN /usr/lib/slipway/setup the last step of the build.';

/** Versions that have a kernel where slipway looks for it. */
async function kernelVersions(root: ImageRoot): Promise<string[]> {
	const versions: string[] = [];
	for (const version of await root.list(modulesFolder))
		if ((await root.followed(`${modulesFolder}/${version}/vmlinuz`))?.type === 'file')
			versions.push(version);
	return versions;
}

export const oneKernel: Check = {
	name: 'one-kernel',
	severity: 'error',
	reason: 'A deployment boots the one kernel of its image, /usr/lib/modules/VERSION/vmlinuz.',
	fix: 'Install one kernel package, remove others, and run /usr/lib/slipway/setup after that.',
	async find(root) {
		const versions = await kernelVersions(root);
		if (versions.length === 1) return [];
		if (versions.length > 1)
			return [`there are ${versions.length} kernels: ${versions.join(', ')}`];
		const inBoot = (await root.list('/boot')).filter((name) => name.startsWith('vmlinuz'));
		return [
			inBoot.length === 0
				? 'there is no kernel in /usr/lib/modules'
				: `the kernel is in /boot (${inBoot.join(', ')}) and not in /usr/lib/modules`,
		];
	},
};

export const initramfs: Check = {
	name: 'initramfs',
	severity: 'error',
	reason: "The initramfs mounts the deployment; without slipway's dracut module it finds no root.",
	fix: runSetup,
	async find(root) {
		const problems: Problem[] = [];
		for (const version of await kernelVersions(root))
			problems.push(...(await findInInitramfs(root, `${modulesFolder}/${version}/initramfs.img`)));
		return problems;
	},
};

async function findInInitramfs(root: ImageRoot, imagePath: string): Promise<Problem[]> {
	const file = await root.hostPath(imagePath);
	if (file === undefined) return [`there is no ${imagePath}`];
	let result: SearchResult;
	try {
		result = await searchInitramfs(file, (name) => name.replace(/^\.?\//, '') === bootScript);
	} catch (error) {
		if (!(error instanceof DamagedInput)) throw error;
		return [`${imagePath} is damaged: ${error.message}`];
	}
	switch (result.kind) {
		case 'found':
			return [];
		case 'absent':
			return [`${imagePath} lacks slipway's dracut module (${bootScript})`];
		case 'unreadable':
			return [
				{
					severity: 'note',
					message: `${imagePath} is compressed with ${result.compression}, so it was not looked into`,
				},
			];
	}
}

export const bootLoader: Check = {
	name: 'boot-loader',
	severity: 'error',
	reason: 'The installer copies systemd-boot from the image to the boot partition.',
	fix: 'Install the package systemd-boot-efi (Debian) or systemd-boot-unsigned (Fedora).',
	async find(root) {
		const names = await root.list('/usr/lib/systemd/boot/efi');
		return names.some((name) => /^systemd-boot\w+\.efi(\.signed)?$/.test(name))
			? []
			: ['there is no systemd-boot in /usr/lib/systemd/boot/efi'];
	},
};

export const init: Check = {
	name: 'init',
	severity: 'error',
	reason: 'The kernel hands over to systemd, which the initramfs and the units of slipway need.',
	fix: 'Install the packages systemd and systemd-sysv (Debian) or systemd (Fedora).',
	async find(root) {
		const facts = await root.followed('/sbin/init');
		if (facts === undefined) return ['there is no /sbin/init'];
		return facts.type === 'file' && facts.mode & 0o111 ? [] : ['/sbin/init is not executable'];
	},
};
