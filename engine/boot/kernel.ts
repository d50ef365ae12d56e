import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {lstat} from 'node:fs/promises';
import path from 'node:path';
import {pipeline} from 'node:stream/promises';
import {Refused} from '../errors.ts';
import {namesIn} from '../system/read-folder.ts';

export interface KernelFile {
	/** On this host. */
	readonly path: string;
	readonly size: number;
	/** In hex. */
	readonly sha256: string;
}

/** What a deployment boots from: a kernel and the initramfs made for it. */
export interface Kernel {
	/** As in `/usr/lib/modules/VERSION`. */
	readonly version: string;
	readonly linux: KernelFile;
	readonly initramfs: KernelFile;
}

/** The folder of the image that has one folder for each kernel version. */
export const modulesFolder = '/usr/lib/modules';

/** A folder below {@link modulesFolder} and the names in it. */
export interface KernelFolder {
	readonly version: string;
	readonly files: readonly string[];
}

/**
 * The version of the one kernel among these folders.
 * @throws Refused `no-kernel`, `several-kernels` or `no-initramfs`
 */
export function chooseKernel(folders: readonly KernelFolder[]): string {
	const kernels = folders.filter(({files}) => files.includes('vmlinuz'));
	const [kernel, ...others] = kernels;
	if (kernel === undefined)
		throw new Refused('no-kernel', `the image has no kernel: ${noKernelReason(folders)}`, {
			hint: 'Install a kernel package in the image, and make RUN /usr/lib/slipway/setup the last step of the build.',
		});
	if (others.length > 0) {
		const versions = kernels.map(({version}) => version).sort();
		throw new Refused(
			'several-kernels',
			`the image has ${versions.length} kernels: ${versions.join(', ')}`,
			{hint: `Remove all but one, say with rm -r ${modulesFolder}/${versions[0]} in the build.`},
		);
	}
	if (!kernel.files.includes('initramfs.img'))
		throw new Refused(
			'no-initramfs',
			`the image has no ${modulesFolder}/${kernel.version}/initramfs.img for its kernel`,
			{hint: 'Make RUN /usr/lib/slipway/setup the last step of the build: it makes one.'},
		);
	return kernel.version;
}

function noKernelReason(folders: readonly KernelFolder[]): string {
	const [folder] = folders;
	return folder === undefined
		? `${modulesFolder} is empty or missing`
		: `${modulesFolder}/${folder.version} has no vmlinuz`;
}

/** Finds and hashes the one kernel of an unpacked image. Errors as of {@link chooseKernel}. */
export async function readKernel(root: string): Promise<Kernel> {
	const version = chooseKernel(await listKernelFolders(path.join(root, modulesFolder)));
	const [linux, initramfs] = await Promise.all([
		describeFile(root, `${modulesFolder}/${version}/vmlinuz`),
		describeFile(root, `${modulesFolder}/${version}/initramfs.img`),
	]);
	return {version, linux, initramfs};
}

/**
 * Name of the folder on the boot partition that holds this kernel and initramfs, the same for every
 * deployment that boots from them: 32 hex digits of the sha256 of both sha256 digests (as bytes).
 */
export function kernelFolderName({linux, initramfs}: Pick<Kernel, 'linux' | 'initramfs'>): string {
	const digest = createHash('sha256')
		.update(linux.sha256, 'hex')
		.update(initramfs.sha256, 'hex')
		.digest('hex');
	return `slipway-${digest.slice(0, 32)}`;
}

async function listKernelFolders(modules: string): Promise<KernelFolder[]> {
	const folders: KernelFolder[] = [];
	for (const version of await namesIn(modules))
		folders.push({version, files: await namesIn(path.join(modules, version))});
	return folders;
}

async function describeFile(root: string, place: string): Promise<KernelFile> {
	const file = path.join(root, place);
	// A link may lead out of the image, to a kernel of this host.
	const stats = await lstat(file);
	if (!stats.isFile())
		throw new Refused('no-kernel', `${place} is not a regular file`, {
			hint: 'Copy the file itself to that place in the build.',
		});
	const hash = createHash('sha256');
	await pipeline(createReadStream(file), hash);
	return {path: file, size: stats.size, sha256: hash.digest('hex')};
}
