import {createHash} from 'node:crypto';
import type {BootArchitecture} from '../../engine/boot/architecture.ts';
import type {BootFile} from '../../engine/boot/boot-partition.ts';
import {imageKernelArguments, readKernelArgumentFiles} from '../../engine/boot/kargs.ts';
import {chooseKernel, kernelFolderName, modulesFolder} from '../../engine/boot/kernel.ts';
import type {KernelArgument} from '../../engine/boot/kernel-argument.ts';
import {kernelsFolder} from '../../engine/boot/systemd-boot-contents.ts';
import {
	entriesMarker,
	placesOnEsp,
	programsInImage,
	systemdBootFiles,
} from '../../engine/boot/systemd-boot-files.ts';
import {newEntryFile} from '../../engine/boot/systemd-boot-plan.ts';
import {deploymentCommandLine, newBootEntry} from '../../engine/deployment/new-deployment.ts';
import {readOsRelease} from '../../engine/deployment/os-release.ts';
import {DamagedInput} from '../../engine/errors.ts';
import {followPath} from '../../engine/tree/follow-path.ts';
import type {Directory, RegularFile} from '../../engine/tree/tree.ts';
import {type DiskRoot, imageOnDisk} from './disk-root.ts';
import type {ReadableFoundDeployment} from './find-deployments.ts';
import type {ContentDigests} from './place.ts';

/** What an image boots from, as its tree has it. */
interface BootSources {
	readonly linux: RegularFile;
	readonly initramfs: RegularFile;
	/** systemd-boot. */
	readonly program: RegularFile | undefined;
}

/** What is to be on the boot partitions; `loader/entries` apart, since names of entries change. */
export interface ExpectedBoot {
	/** Contents that a file may have, by its path. */
	readonly files: ReadonlyMap<string, readonly ContentDigests[]>;
	/** Text of the entry of each deployment, by its ID; undefined where damage keeps it from being known. */
	readonly entries: ReadonlyMap<string, string | undefined>;
}

/** Stands for the folder of a kernel whose name is not known, since the disk lacks the image's own. */
export const anyKernelFolder = `${kernelsFolder}/slipway-*`;

export interface BootExpectations {
	readonly root: DiskRoot;
	readonly architecture: BootArchitecture;
	/** SHA-256 of objects by their fs-verity digests: those of {@link bootObjects}. */
	readonly sha256: ReadonlyMap<string, string>;
	/** Command lines that are known, by the IDs of deployments. */
	readonly commandLines: ReadonlyMap<string, string>;
}

/** fs-verity digests of kernels and initramfs. @throws Refused as `chooseKernel` */
export function bootObjects(
	deployments: readonly ReadableFoundDeployment[],
	{efi}: BootArchitecture,
): Set<string> {
	return new Set(
		deployments.flatMap(({tree}) => {
			const {linux, initramfs} = bootSources(tree, efi);
			return [linux.verityDigest ?? '', initramfs.verityDigest ?? ''];
		}),
	);
}

/** @throws UsageError for a mistake in the image's kernel arguments */
export async function expectedBoot(
	deployments: readonly ReadableFoundDeployment[],
	expectations: BootExpectations,
): Promise<ExpectedBoot> {
	const {architecture, sha256} = expectations;
	const files = new Map<string, ContentDigests[]>();
	const entries = new Map<string, string | undefined>();
	const allow = (path: string, content: ContentDigests) =>
		files.set(path, [...(files.get(path) ?? []), content]);
	for (const file of [entriesMarker, ...systemdBootFiles('', architecture.efi)])
		if (file.source.kind === 'bytes') allow(file.path, {sha256: sha256Of(file.source.bytes)});
	const {own, fallback} = placesOnEsp(architecture.efi);
	for (const deployment of deployments) {
		const {linux, initramfs, program} = bootSources(deployment.tree, architecture.efi);
		for (const place of [own, fallback])
			allow(place, {verityDigest: program?.verityDigest ?? 'none'});
		const hashes = hashesOf([linux, initramfs], sha256);
		const folder = hashes ? `${kernelsFolder}/${kernelFolderName(hashes)}` : anyKernelFolder;
		allow(`${folder}/linux`, {verityDigest: linux.verityDigest});
		allow(`${folder}/initrd`, {verityDigest: initramfs.verityDigest});
		const entry = hashes && (await unlessDamaged(() => entryOf(deployment, hashes, expectations)));
		entries.set(deployment.id, entry && textOf(entry));
	}
	return {files, entries};
}

type KernelHashes = Readonly<Record<'linux' | 'initramfs', {readonly sha256: string}>>;

/** Undefined when one of them is not known. */
function hashesOf(
	files: readonly RegularFile[],
	sha256: BootExpectations['sha256'],
): KernelHashes | undefined {
	const [linux, initramfs] = files.map(({verityDigest = ''}) => sha256.get(verityDigest));
	if (linux === undefined || initramfs === undefined) return undefined;
	return {linux: {sha256: linux}, initramfs: {sha256: initramfs}};
}

/** What is damaged is found where it lies; what would follow from it is undefined. */
export async function unlessDamaged<Result>(
	work: () => Promise<Result>,
): Promise<Result | undefined> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof DamagedInput) return undefined;
		throw error;
	}
}

/** @throws DamagedInput when a file of the image that it takes something from is not on the disk */
async function entryOf(
	deployment: ReadableFoundDeployment,
	hashes: KernelHashes,
	{root, architecture, commandLines}: BootExpectations,
): Promise<BootFile> {
	const {id, tree, origin} = deployment;
	const image = imageOnDisk(root, tree);
	const kernelArguments = await argumentsOf(deployment, root, architecture);
	const commandLine =
		commandLines.get(id) ??
		deploymentCommandLine(
			{id, origin: {...origin, kernelArguments}},
			{rootUuid: root.contents.uuid, verityRequired: true},
		);
	const {prettyName: title} = await readOsRelease(image);
	const file = (sha256: string) => ({path: '', size: 0, sha256});
	const kernel = {
		version: '',
		linux: file(hashes.linux.sha256),
		initramfs: file(hashes.initramfs.sha256),
	};
	return newEntryFile(newBootEntry({id, origin}, {title, kernel, commandLine}));
}

/** Those of the image, and those that the installation was given. @throws UsageError, DamagedInput */
export async function argumentsOf(
	{tree, origin}: ReadableFoundDeployment,
	root: DiskRoot,
	architecture: BootArchitecture,
): Promise<KernelArgument[]> {
	const files = await readKernelArgumentFiles(imageOnDisk(root, tree));
	const own = imageKernelArguments(files, architecture.kernel);
	return [...own, ...(origin.installed.kernelArguments ?? [])];
}

function bootSources(tree: Directory, efi: BootArchitecture['efi']): BootSources {
	const modules = followPath(tree, modulesFolder);
	const folders = modules?.type === 'directory' ? [...modules.children] : [];
	const version = chooseKernel(
		folders.map(([name, folder]) => ({
			version: name,
			files: folder.type === 'directory' ? [...folder.children.keys()] : [],
		})),
	);
	const [program] = programsInImage(efi).flatMap((path) => fileAt(tree, path) ?? []);
	const linux = fileAt(tree, `${modulesFolder}/${version}/vmlinuz`);
	const initramfs = fileAt(tree, `${modulesFolder}/${version}/initramfs.img`);
	return {linux: linux ?? noFile, initramfs: initramfs ?? noFile, program};
}

/** What is no file cannot have been installed: nothing on the boot partition is equal to it. */
const noFile: RegularFile = {
	type: 'file',
	mode: 0,
	uid: 0,
	gid: 0,
	mtimeSec: 0,
	mtimeNsec: 0,
	xattrs: undefined,
	size: 0,
	inline: undefined,
	verityDigest: 'none',
};

function fileAt(tree: Directory, path: string): RegularFile | undefined {
	const inode = followPath(tree, path);
	return inode?.type === 'file' ? inode : undefined;
}

const textOf = ({source}: BootFile): string =>
	source.kind === 'bytes' ? source.bytes.toString('utf8') : '';

function sha256Of(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}
