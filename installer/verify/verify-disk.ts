/**
 * A disk is read without the kernel, and all that is on it compared with what it should be: which follows
 * from the deployments' images, which are on the disk and named by their digests, and from the manifest.
 */
import {bootArchitecture} from '../../engine/boot/architecture.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {System} from '../../engine/system/system.ts';
import type {Partition} from '../disk/partition-table.ts';
import {partitionTypes} from '../disk/partition-types.ts';
import type {DiskManifest} from '../output/manifest/manifest.ts';
import {diskRoot} from './disk-root.ts';
import {readExt4} from './ext4/read-ext4.ts';
import {type FatContents, readFat} from './fat/read-fat.ts';
import type {ReadableFoundDeployment} from './find-deployments.ts';
import {judgeSystem} from './judge-system.ts';
import {behindFileSystem, judgeTable} from './judge-table.ts';
import type {Medium, Stretch} from './medium/medium.ts';
import {identifyMedium, openMedium} from './medium/open-medium.ts';
import {Qcow2Disk} from './medium/qcow2.ts';
import {describePartition, otherProblem, partitionUse} from './other-partitions.ts';
import type {DeploymentSummary, DiskReport, Finding} from './report.ts';
import {beforeFileSystem, rootPartition} from './root-partition.ts';
import {readGpt} from './table/read-gpt.ts';

export interface DiskVerification {
	/** A raw or qcow2 image, or a block device. */
	readonly path: string;
	readonly manifest: DiskManifest | undefined;
	readonly signal: AbortSignal;
}

/**
 * Reads all of a disk that slipway made, without privileges and without writing anything.
 * @throws UsageError when it cannot be read, DamagedInput when it is no disk, or contradicts itself
 * @throws Refused `unreadable-format`, `no-installation`, `unfinished`, `unreadable-root`,
 * `foreign-file-system` or `unclean-file-system`
 */
export async function verifyDisk(
	system: Pick<System, 'deviceSize'>,
	{path, manifest, signal}: DiskVerification,
	progress: ProgressReporter,
): Promise<DiskReport> {
	const source = identifyMedium(system, path);
	using medium = openMedium(source);
	const table = readGpt(medium, path);
	const rootPlace = rootPartition(medium, table.partitions, path);
	const contents = readExt4(medium, stretchOf(rootPlace), nameOf(rootPlace, path));
	const boots = table.partitions.flatMap((partition) => readBoot(medium, partition, path));
	const found = {
		root: diskRoot(medium, contents),
		rootNumber: rootPlace.number,
		boots,
		architecture: bootArchitecture(rootPlace.type === partitionTypes.rootX64 ? 'x64' : 'arm64'),
		manifest,
		disk: path,
	};
	const judged = await judgeSystem(found, {source, medium, progress, signal});
	const ofRoot = [...contents.nodes];
	const fileSystems = [...boots, {partition: rootPlace, contents}];
	const others = table.partitions.filter((one) =>
		fileSystems.every(({partition}) => partition.number !== one.number),
	);
	return {
		path,
		format: source.format,
		size: medium.size,
		hasManifest: manifest !== undefined,
		deployments: judged.deployments.map(summarize),
		files:
			ofRoot.filter(([, {type}]) => type === 'file').length +
			boots.reduce((sum, boot) => sum + boot.contents.files.length, 0),
		objects: ofRoot.filter(([place, {type}]) => type === 'file' && isObject(place)).length,
		bytes: judged.bytes,
		findings: [
			...snapshotsOf(medium),
			...judgeTable(medium, table, manifest),
			...fileSystems.flatMap(({partition, contents: {size}}) =>
				behindFileSystem(medium, partition, size),
			),
			...beforeFileSystem(medium, table.partitions, rootPlace),
			...boots.flatMap(faultsOf),
			...others.flatMap((partition) => judgeOther(medium, partition, path)),
			...judged.findings,
		],
	};
}

interface ReadBoot {
	readonly partition: Partition;
	readonly role: 'esp' | 'xbootldr';
	readonly contents: FatContents;
}

function readBoot(medium: Medium, partition: Partition, disk: string): ReadBoot[] {
	const role = partitionUse(partition);
	if (role !== 'esp' && role !== 'xbootldr') return [];
	const contents = readFat(medium, stretchOf(partition), nameOf(partition, disk));
	return [{partition, role, contents}];
}

function faultsOf({partition: {number}, contents: {faults}}: ReadBoot): Finding[] {
	return faults.map((problem) => ({
		kind: 'damaged',
		partition: number,
		path: 'the file system',
		problem,
	}));
}

function judgeOther(medium: Medium, partition: Partition, disk: string): Finding[] {
	const problem = otherProblem(medium, partition, nameOf(partition, disk));
	if (problem === undefined) return [];
	const {number} = partition;
	return [{kind: 'extra', partition: number, path: describePartition(partition), problem}];
}

function snapshotsOf(medium: Medium): Finding[] {
	if (!(medium instanceof Qcow2Disk) || medium.snapshots === 0) return [];
	const problem = `keeps ${medium.snapshots} other states of the disk`;
	return [{kind: 'extra', path: 'the file', problem}];
}

function summarize({id, origin}: ReadableFoundDeployment): DeploymentSummary {
	return {
		id,
		image: origin.image?.image,
		imageDigest: origin.imageVerity.digest,
		givenKernelArguments: (origin.installed.kernelArguments ?? []).map(({argument}) => argument),
	};
}

const stretchOf = ({start, size}: Partition): Stretch => ({offset: start, length: size});
const nameOf = (partition: Partition, disk: string): string =>
	`${describePartition(partition)} of ${disk}`;
const isObject = (place: string): boolean => place.startsWith('composefs/objects/');
