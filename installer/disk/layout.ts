import {createHash} from 'node:crypto';
import {Refused} from '../../engine/errors.ts';
import type {ContentSizes} from './content-sizes.ts';
import type {LayoutSettings, RootFileSystem} from './layout-settings.ts';
import {partitionNames} from './partition-names.ts';
import {backupTableSize, type Partition, type PartitionTable} from './partition-table.ts';
import {type Architecture, partitionTypes, rootPartitionType} from './partition-types.ts';
import {alignDown, alignUp, formatSize, GiB, MiB} from './size.ts';

/** What a partition is for. */
export type PartitionRole = 'esp' | 'xbootldr' | 'root' | 'var' | 'home' | 'srv' | 'swap';

export interface PlannedFileSystem {
	readonly type: 'vfat' | RootFileSystem;
	/** UUID in lower case; of vfat the volume ID as `XXXX-XXXX`. */
	readonly uuid: string;
	/** At most 11 characters for vfat, 12 for xfs. */
	readonly label: string;
}

/** A partition to make, under the name it has until the installation is finished. */
export interface PlannedPartition extends Partition {
	readonly role: PartitionRole;
	/** What it is called once all is written; the same as `name` for all but the root. */
	readonly finishedName: string;
	readonly fileSystem: PlannedFileSystem;
}

/** A whole disk's GPT with what goes into its partitions. */
export interface DiskLayout extends PartitionTable {
	readonly label: 'gpt';
	readonly partitions: readonly PlannedPartition[];
}

export interface LayoutRequest {
	readonly diskSize: number;
	readonly sectorSize: number;
	readonly sizes: ContentSizes;
	readonly settings: LayoutSettings;
	readonly architecture: Architecture;
	/** Bytes of the root's partition that its file system does not get. */
	readonly rootOverhead?: number;
	/** All identifiers follow from it: random for a machine, fixed for a reproducible disk image. */
	readonly seed: string;
}

/** Where partitions begin and end: the erase blocks of most flash and the stripes of most arrays. */
export const alignment = MiB;

const defaultEspSize = GiB;
/** The ESP takes no more of a small disk than this part, unless its content needs it. */
const espShare = 1 / 4;

/** FAT32 has at least this many clusters, and here a cluster at least one sector. */
export const leastFat32Clusters = 65_525;
/** An update adds its kernel beside those of the booted and the previous deployment. */
const kernelsKept = 3;
const espSlack = 8 * MiB;

/** The ESP cannot be smaller: it would be no FAT32, or not hold what an update needs. */
export function minimumEspSize(sizes: ContentSizes, sectorSize: number): number {
	const fat32 = leastFat32Clusters * sectorSize + 4 * MiB;
	return alignUp(Math.max(fat32, kernelsKept * sizes.bootBytes + espSlack), MiB);
}

/** An update is complete beside the system that runs before anything is removed. */
const systemsKept = 2;
/** ext4 with 16 KiB an inode: inode tables 1.6 %, journal, bitmaps, 1 % kept for root. */
const fileSystemShare = 1.06;
const bytesPerInode = 16 * 1024;
/** Journal of the file system, logs and the like. */
const rootSlack = 256 * MiB;

export function minimumRootSize(sizes: ContentSizes): number {
	const bytes = systemsKept * sizes.rootBytes * fileSystemShare;
	const inodes = systemsKept * sizes.rootInodes * bytesPerInode;
	return alignUp(Math.max(bytes, inodes) + rootSlack, MiB);
}

type Sizing = Pick<LayoutRequest, 'sizes' | 'settings' | 'sectorSize' | 'rootOverhead'>;

/** The smallest disk that {@link planLayout} takes. */
export function minimumDiskSize({sizes, settings, sectorSize, rootOverhead = 0}: Sizing): number {
	const esp = alignUp(settings.espSize ?? minimumEspSize(sizes, sectorSize), alignment);
	const root = alignUp(minimumRootSize(sizes) + rootOverhead, alignment);
	return alignment + esp + root + alignUp(backupTableSize(sectorSize), alignment);
}

/**
 * An EFI system partition and a root that takes the rest.
 * @throws Refused `too-small` with what is needed and what there is; `esp-too-small` for a setting
 */
export function planLayout(request: LayoutRequest): DiskLayout {
	const {diskSize, sectorSize, seed} = request;
	const needed = minimumDiskSize(request);
	if (diskSize < needed) throw tooSmall('the disk', needed, diskSize);
	const espSize = chooseEspSize(request);
	const rootStart = alignment + espSize;
	const rootEnd = alignDown(diskSize - backupTableSize(sectorSize), alignment);
	return {
		label: 'gpt',
		id: seededUuid(seed, 'disk'),
		sectorSize,
		partitions: [
			{
				role: 'esp',
				number: 1,
				start: alignment,
				size: espSize,
				type: partitionTypes.esp,
				uuid: seededUuid(seed, 'esp partition'),
				name: partitionNames.esp,
				finishedName: partitionNames.esp,
				fileSystem: {type: 'vfat', uuid: seededVolumeId(seed, 'esp'), label: 'SLIPWAY-ESP'},
			},
			{
				role: 'root',
				number: 2,
				start: rootStart,
				size: rootEnd - rootStart,
				type: rootPartitionType(request.architecture),
				uuid: seededUuid(seed, 'root partition'),
				name: partitionNames.unfinishedRoot,
				finishedName: partitionNames.root,
				fileSystem: {
					type: request.settings.rootFileSystem,
					uuid: seededUuid(seed, 'root file system'),
					label: 'slipway-root',
				},
			},
		],
	};
}

export function tooSmall(what: string, needed: number, size: number): Refused {
	return new Refused(
		'too-small',
		`${what} is too small: this image needs ${formatSize(needed)} (${needed} bytes), it has ${formatSize(size)} (${size} bytes)`,
		{hint: 'Take a larger disk, or make the image smaller.'},
	);
}

function chooseEspSize(request: LayoutRequest): number {
	const {diskSize, sectorSize, sizes, settings} = request;
	const minimum = minimumEspSize(sizes, sectorSize);
	if (settings.espSize === undefined) {
		const share = alignDown(diskSize * espShare, alignment);
		const besideRoot = minimum + alignDown(diskSize - minimumDiskSize(request), alignment);
		return Math.min(defaultEspSize, besideRoot, Math.max(minimum, share));
	}
	if (settings.espSize < minimum) {
		throw new Refused(
			'esp-too-small',
			`an EFI system partition of ${formatSize(settings.espSize)} was set, this image needs ${formatSize(minimum)}`,
			{hint: 'Make esp-size larger, or leave it out.'},
		);
	}
	return alignUp(settings.espSize, alignment);
}

/**
 * A UUID that follows from a seed and what it is for: random in form (version 4), since some readers
 * take no other.
 * @see RFC 9562, section 5.4
 */
export function seededUuid(seed: string, purpose: string): string {
	const bytes = seededBytes(seed, purpose).subarray(0, 16);
	bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
	bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
	return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A FAT volume ID, as blkid and `/dev/disk/by-uuid` write it. */
function seededVolumeId(seed: string, purpose: string): string {
	const hex = seededBytes(seed, `${purpose} volume`).toString('hex', 0, 4).toUpperCase();
	return `${hex.slice(0, 4)}-${hex.slice(4)}`;
}

function seededBytes(seed: string, purpose: string): Buffer {
	return createHash('sha256').update(`${seed}\0${purpose}`).digest();
}
