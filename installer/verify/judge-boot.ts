import {createHash} from 'node:crypto';
import {parseEntryName} from '../../engine/boot/entry-name.ts';
import {entriesFolder, entryStem} from '../../engine/boot/systemd-boot-contents.ts';
import {isLoaderFile} from '../../engine/boot/systemd-boot-files.ts';
import {verityDigest} from '../../engine/erofs/fs-verity.ts';
import type {FsVerityAlgorithm} from '../../engine/system/system.ts';
import type {Partition} from '../disk/partition-table.ts';
import type {DiskManifest} from '../output/manifest/manifest.ts';
import {anyKernelFolder, type ExpectedBoot} from './expected-boot.ts';
import type {FatContents, FatFile} from './fat/read-fat.ts';
import {type DiskHashing, hashOnDisk} from './hashing/hash-on-disk.ts';
import {type ContentDigests, isOtherContent} from './place.ts';
import type {Finding} from './report.ts';

/** A boot partition with what is on it. */
export interface BootFileSystem {
	readonly partition: Pick<Partition, 'number'>;
	/** The loader's files are on an ESP, kernels and entries on the other one, or on the same. */
	readonly role: 'esp' | 'xbootldr';
	readonly contents: FatContents;
}

export interface BootJudgement {
	readonly expected: ExpectedBoot;
	readonly manifest: DiskManifest | undefined;
	/** Of the objects that boot files are compared with. */
	readonly algorithm: FsVerityAlgorithm;
}

/** A file with its content. */
interface HashedFile {
	readonly partition: number;
	readonly role: BootFileSystem['role'];
	readonly file: FatFile;
	readonly digests: ContentDigests;
}

/** Compares all files of the boot partitions with what should be there. */
export async function judgeBoot(
	partitions: readonly BootFileSystem[],
	{expected, manifest, algorithm}: BootJudgement,
	hashing: DiskHashing,
): Promise<Finding[]> {
	const files = await hashFiles(partitions, algorithm, hashing);
	const hasXbootldr = partitions.some(({role}) => role === 'xbootldr');
	const told = new Map(manifest?.bootFiles.map((file) => [file.path.toLowerCase(), file]));
	const wanted = new Map([...expected.files].map(([path, all]) => [path.toLowerCase(), all]));
	const seen = new Set<string>();
	const findings: Finding[] = [];
	for (const {partition, role, file, digests} of files) {
		const problem = judge(role, file, digests);
		if (problem !== undefined) findings.push({...problem, partition, path: file.path});
	}
	return [...findings, ...partitions.flatMap(emptyFolders), ...missing()];

	function judge(
		role: BootFileSystem['role'],
		file: FatFile,
		digests: ContentDigests,
	): Pick<Finding, 'kind' | 'problem'> | undefined {
		const {path} = file;
		const isAtHome = !hasXbootldr || isLoaderFile({path}) === (role === 'esp');
		const key = keyOf(path);
		const contents = wanted.get(key) ?? wanted.get(anyKernel(key)) ?? entryContents(path);
		const isTold = told.get(path.toLowerCase());
		if (!isAtHome || seen.has(key) || (contents === undefined && isTold === undefined))
			return {kind: 'extra', problem: 'neither the image nor the manifest has it'};
		seen.add(key);
		if (contents?.every((content) => isOtherContent(content, digests)))
			return {kind: 'changed', problem: 'is not what the image has, or slipway writes'};
		if (isTold !== undefined && isOtherContent({sha256: isTold.sha256}, digests))
			return {kind: 'changed', problem: 'is not what the manifest says'};
		return undefined;
	}

	function entryContents(path: string): ContentDigests[] | undefined {
		const id = deploymentOf(path);
		if (id === undefined) return undefined;
		const text = expected.entries.get(id);
		return [text === undefined ? {} : {sha256: sha256Of(Buffer.from(text))}];
	}

	/** Those that nothing should be in. */
	function emptyFolders({partition: {number}, contents}: BootFileSystem): Finding[] {
		const places = [...wanted.keys(), ...told.keys(), `${entriesFolder}/`];
		return contents.emptyFolders
			.filter((path) => !places.some((place) => place.startsWith(`${path.toLowerCase()}/`)))
			.map((path) => ({
				kind: 'extra',
				partition: number,
				path,
				problem: 'is a folder with nothing in it',
			}));
	}

	function missing(): Finding[] {
		const entries = [...expected.entries.keys()].map((id) => `${entriesFolder}/${entryStem(id)}`);
		const named = [...expected.files.keys()].filter((path) => !path.startsWith(anyKernelFolder));
		const others = [...told.values()].map(({path}) => path);
		const all = [...named, ...entries, ...others].filter((path) => !seen.has(keyOf(path)));
		const first = new Map(all.map((path) => [keyOf(path), path]));
		return [...first.values()].map((path) => ({
			kind: 'missing',
			...partitionFor(path),
			path,
			problem: 'is not on the boot partition',
		}));
	}

	function partitionFor(path: string): Pick<Finding, 'partition'> {
		const role = hasXbootldr && !isLoaderFile({path}) ? 'xbootldr' : 'esp';
		const found = partitions.find((one) => one.role === role);
		return found === undefined ? {} : {partition: found.partition.number};
	}

	/** An entry is the same with whatever attempts are left. */
	function keyOf(path: string): string {
		const id = deploymentOf(path);
		const name = id === undefined ? path : `${entriesFolder}/${entryStem(id)}`;
		return name.toLowerCase();
	}

	function deploymentOf(path: string): string | undefined {
		const [, name = ''] = new RegExp(`^${entriesFolder}/([^/]+)$`, 'i').exec(path) ?? [];
		const stem = (parseEntryName(name)?.stem ?? name).toLowerCase();
		return [...expected.entries.keys()].find((id) => entryStem(id) === stem);
	}
}

/** The key of a file of a kernel whose folder is not known. */
function anyKernel(key: string): string {
	return key.replace(/^efi\/linux\/slipway-[0-9a-f]{32}(?=\/)/, anyKernelFolder.toLowerCase());
}

async function hashFiles(
	partitions: readonly BootFileSystem[],
	algorithm: FsVerityAlgorithm,
	hashing: DiskHashing,
): Promise<HashedFile[]> {
	const all = partitions.flatMap(({partition: {number: partition}, role, contents}) =>
		contents.files.map((file) => ({partition, role, file})),
	);
	const filled = all.filter(({file}) => file.size > 0);
	const hashes = await hashOnDisk(
		filled.map(({file: {path, size, stretches}}) => ({
			...{path, size, algorithm},
			content: stretches,
			tail: undefined,
			wantsSha256: true,
		})),
		'Reading the boot partition',
		hashing,
	);
	const found = new Map(filled.map(({file}, index) => [file, hashes[index]]));
	const empty = Buffer.alloc(0);
	const ofNothing = {sha256: sha256Of(empty), verityDigest: verityDigest(empty, algorithm)};
	return all.map((one) => {
		// What cannot be read is equal to nothing.
		const unreadable = {sha256: '', verityDigest: ''};
		const digests = one.file.size === 0 ? ofNothing : (found.get(one.file) ?? unreadable);
		return {...one, digests};
	});
}

function sha256Of(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}
