import {chooseKernel, type KernelFolder, modulesFolder} from '../../boot/kernel.ts';
import {DamagedInput, Refused} from '../../errors.ts';
import type {ImageRoot} from '../image-root.ts';
import {type SearchResult, searchInitramfs} from '../initramfs.ts';
import type {Check, Problem} from '../lint.ts';

/** What the dracut module installs; see image/root/usr/lib/dracut/modules.d. */
export const bootScript = 'usr/lib/slipway/slipway-root';

export const oneKernel: Check = {
	name: 'one-kernel',
	severity: 'error',
	reason: 'A deployment boots the one kernel of its image, /usr/lib/modules/VERSION/vmlinuz.',
	fix: 'Install one kernel package, remove others, and run /usr/lib/slipway/setup after that.',
	async find(root) {
		const folders = await kernelFolders(root);
		try {
			const folder = `${modulesFolder}/${chooseKernel(folders)}`;
			return await findIrregular(root, [`${folder}/vmlinuz`, `${folder}/initramfs.img`]);
		} catch (error) {
			if (!(error instanceof Refused)) throw error;
			const inBoot = (await root.list('/boot')).filter((name) => name.startsWith('vmlinuz'));
			const elsewhere = inBoot.length === 0 ? '' : `, but /boot has ${inBoot.join(', ')}`;
			return [`${error.message}${elsewhere}`];
		}
	},
};

/** Overlays with data-only layers whose digests are required. */
const oldestKernel = [6, 6] as const;

export const kernelVersion: Check = {
	name: 'kernel-version',
	severity: 'error',
	reason: 'The root is an overlay that checks each file by its digest, which Linux does since 6.6.',
	fix: 'Install a kernel of 6.6 or newer, such as that of Debian 13.',
	async find(root) {
		const problems: Problem[] = [];
		for (const {version, files} of await kernelFolders(root)) {
			const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
			if (!files.includes('vmlinuz') || major === undefined) continue;
			const difference = Number(major) - oldestKernel[0] || Number(minor) - oldestKernel[1];
			if (difference < 0) problems.push(`the kernel ${version} is too old`);
		}
		return problems;
	},
};

async function kernelFolders(root: ImageRoot): Promise<KernelFolder[]> {
	const folders: KernelFolder[] = [];
	for (const version of await root.list(modulesFolder))
		folders.push({version, files: await root.list(`${modulesFolder}/${version}`)});
	return folders;
}

async function findIrregular(root: ImageRoot, paths: readonly string[]): Promise<string[]> {
	const problems: string[] = [];
	for (const path of paths)
		if ((await root.facts(path))?.type !== 'file') problems.push(`${path} is not a regular file`);
	return problems;
}

export const initramfs: Check = {
	name: 'initramfs',
	severity: 'error',
	reason: "The initramfs mounts the deployment; without slipway's dracut module it finds no root.",
	fix: 'Make RUN /usr/lib/slipway/setup the last step of the build.',
	async find(root) {
		const problems: Problem[] = [];
		for (const {version, files} of await kernelFolders(root))
			if (files.includes('vmlinuz') && files.includes('initramfs.img'))
				problems.push(
					...(await findInInitramfs(root, `${modulesFolder}/${version}/initramfs.img`)),
				);
		return problems;
	},
};

async function findInInitramfs(root: ImageRoot, imagePath: string): Promise<Problem[]> {
	const file = await root.hostPath(imagePath);
	if (file === undefined) return [];
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
