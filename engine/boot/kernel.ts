import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {VerityHasher, verityAlgorithmOf} from '../erofs/fs-verity.ts';
import {DamagedInput, Refused} from '../errors.ts';
import type {ImageFile, ImageReader} from '../image-reader.ts';

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

/**
 * Finds and hashes the one kernel of an image. Errors as of {@link chooseKernel}.
 * @throws DamagedInput when a file is not what the image says it is
 */
export async function readKernel(image: ImageReader): Promise<Kernel> {
	const version = chooseKernel(await listKernelFolders(image));
	const [linux, initramfs] = await Promise.all([
		describeFile(image, `${modulesFolder}/${version}/vmlinuz`),
		describeFile(image, `${modulesFolder}/${version}/initramfs.img`),
	]);
	return {version, linux, initramfs};
}

/**
 * Name of the folder on the boot partition that holds this kernel and initramfs, the same for every
 * deployment that boots from them: 32 hex digits of the sha256 of both sha256 digests (as bytes).
 */
export function kernelFolderName({
	linux,
	initramfs,
}: Readonly<Record<'linux' | 'initramfs', Pick<KernelFile, 'sha256'>>>): string {
	const digest = createHash('sha256')
		.update(linux.sha256, 'hex')
		.update(initramfs.sha256, 'hex')
		.digest('hex');
	return `slipway-${digest.slice(0, 32)}`;
}

async function listKernelFolders(image: ImageReader): Promise<KernelFolder[]> {
	const folders: KernelFolder[] = [];
	for (const version of await image.list(modulesFolder))
		folders.push({version, files: await image.list(`${modulesFolder}/${version}`)});
	return folders;
}

async function describeFile(image: ImageReader, place: string): Promise<KernelFile> {
	// A link may lead out of the image, to a kernel of this host.
	const file = await image.regularFile(place);
	if (file === undefined)
		throw new Refused('no-kernel', `${place} is not a regular file`, {
			hint: 'Copy the file itself to that place in the build.',
		});
	return {path: file.path, size: file.size, sha256: await hashFile(file, place)};
}

/** On the boot partition nothing checks it any more, so here it must be what the image says. */
async function hashFile({path, verityDigest}: ImageFile, place: string): Promise<string> {
	const algorithm = verityAlgorithmOf(verityDigest ?? '');
	const verity = algorithm === undefined ? undefined : new VerityHasher(algorithm);
	const hash = createHash('sha256');
	for await (const piece of createReadStream(path, {highWaterMark: 1 << 20})) {
		hash.update(piece);
		verity?.update(piece);
	}
	const actual = verity?.finish().digest;
	if (actual !== verityDigest)
		throw new DamagedInput(`${place} is damaged: its fs-verity digest is ${actual}`, {
			hint: 'Run slipway verify to see what else is damaged.',
		});
	return hash.digest('hex');
}
