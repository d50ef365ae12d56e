import {Refused} from '../../engine/errors.ts';
import {biosBootPartition, biosBootSize} from './bios-boot.ts';
import {bootPartitionSize} from './boot-size.ts';
import type {ContentSizes} from './content-sizes.ts';
import {startsByBios} from './firmware.ts';
import {seededUuid} from './identifiers.ts';
import type {LayoutSettings, RootFileSystem} from './layout-settings.ts';
import {minimumEspSize} from './minimum-sizes.ts';
import {partitionNames} from './partition-names.ts';
import {backupTableSize, type Partition, type PartitionTable} from './partition-table.ts';
import type {Architecture} from './partition-types.ts';
import {placeInRoom} from './place-partitions.ts';
import {alignDown, alignment, alignUp, formatSize} from './size.ts';
import type {StorageWishes} from './storage-wishes.ts';
import {neededBytes, wantedEsp, wantedPartitions} from './wanted-partitions.ts';

/** What a partition is for. */
export type PartitionRole = 'esp' | 'xbootldr' | 'root' | 'swap' | 'var';

export interface PlannedFileSystem {
	readonly type: 'vfat' | 'swap' | RootFileSystem;
	/** UUID in lower case; of vfat the volume ID as `XXXX-XXXX`. */
	readonly uuid: string;
	/** At most 11 characters for vfat, 12 for xfs, 15 for swap. */
	readonly label: string;
	/** Words for its mkfs, behind slipway's own. */
	readonly mkfsOptions?: readonly string[];
}

/** A partition to make, under the name it has until the installation is finished. */
export interface PlannedPartition extends Partition {
	readonly role: PartitionRole;
	/** What it is called once all is written. */
	readonly finishedName: string;
	readonly fileSystem: PlannedFileSystem;
	/** Of the role `var`: `/var`, or a path below it. */
	readonly mountPoint?: string;
	readonly mountOptions?: readonly string[];
}

/** A GPT with what goes into its partitions. */
export interface DiskLayout extends PartitionTable {
	readonly label: 'gpt';
	/** Those that are made. */
	readonly partitions: readonly PlannedPartition[];
	/** Where GRUB is for a BIOS, without a file system; left out when none is to start the disk. */
	readonly biosBoot?: Partition;
	/** What else is on the disk; left out when all of it is taken. */
	readonly beside?: Surroundings;
}

/** A disk that is shared with others. Its partitions are as they were found. */
export interface Surroundings {
	/** They stay where they are, and so do their bytes but for what `use` says. */
	readonly kept: readonly KeptPartition[];
	/** They make room. */
	readonly removed: readonly DescribedPartition[];
	/** Loader entries that start what goes, on partitions that stay. */
	readonly deadEntries: readonly {readonly partition: number; readonly path: string}[];
}

export interface DescribedPartition extends Partition {
	/** For people: `ext4 "root"`. */
	readonly content: string;
}

export interface KeptPartition extends DescribedPartition {
	/** What the new system does with it; left out when that is nothing. */
	readonly use?: KeptUse;
}

export type KeptUse =
	/** Gets the files of the boot loader, or kernels and loader entries, beside those of others. */
	| {readonly kind: 'esp' | 'xbootldr'}
	/** Mounted; what is in it goes when a file system is made. */
	| {
			readonly kind: 'mount';
			readonly mountPoint: string;
			/** Of the file system that will be there. */
			readonly uuid: string;
			readonly options: readonly string[];
			readonly fileSystem: PlannedFileSystem | undefined;
	  };

export interface LayoutRequest {
	readonly diskSize: number;
	readonly sectorSize: number;
	readonly sizes: ContentSizes;
	readonly settings: LayoutSettings;
	readonly wishes?: StorageWishes;
	readonly architecture: Architecture;
	/** Bytes of the root's partition that its file system does not get. */
	readonly rootOverhead?: number;
	/** All identifiers follow from it: random for a machine, fixed for a reproducible disk image. */
	readonly seed: string;
}

type Sizing = Pick<LayoutRequest, 'sizes' | 'settings' | 'wishes' | 'sectorSize' | 'rootOverhead'>;

/** The smallest disk that {@link planLayout} takes. */
export function minimumDiskSize(request: Sizing): number {
	const {sizes, settings, sectorSize} = request;
	const esp = alignUp(settings.espSize ?? minimumEspSize(sizes, sectorSize), alignment);
	const ends = alignment + alignUp(backupTableSize(sectorSize), alignment);
	return ends + biosBootSizeOf(settings) + esp + neededBytes(request);
}

/** Bytes of the partition that a BIOS needs. */
function biosBootSizeOf({firmware}: LayoutSettings): number {
	return firmware !== undefined && startsByBios(firmware) ? biosBootSize : 0;
}

/** The whole table of a layout, in the order of its places. */
export function tableOf({partitions, biosBoot, ...table}: DiskLayout): PartitionTable {
	return {...table, partitions: biosBoot === undefined ? partitions : [biosBoot, ...partitions]};
}

/**
 * An EFI system partition, a root that takes the rest, and what else was asked for.
 * @throws Refused `too-small` with what is needed and what there is; `esp-too-small` for a setting
 */
export function planLayout(request: LayoutRequest): DiskLayout {
	const {diskSize, sectorSize, seed, settings} = request;
	const needed = minimumDiskSize(request);
	if (diskSize < needed) throw tooSmall('the disk', needed, diskSize);
	const espSize = bootPartitionSize(request, diskSize, diskSize - needed);
	const end = alignDown(diskSize - backupTableSize(sectorSize), alignment);
	const start = alignment + biosBootSizeOf(settings);
	const biosBoot = start === alignment ? undefined : biosBootPartition(seed, alignment);
	const wanted = [
		{...wantedEsp(seed, espSize), name: partitionNames.esp},
		...wantedPartitions(request, end - start - espSize),
	];
	const numbers = biosBoot === undefined ? firstNumbers : firstNumbers.slice(1);
	const partitions = placeInRoom(wanted, {start, end}, numbers);
	if (partitions === undefined) throw tooSmall('the disk', needed, diskSize);
	const id = seededUuid(seed, 'disk');
	return {label: 'gpt', id, sectorSize, ...(biosBoot && {biosBoot}), partitions};
}

/** Of an empty table. */
const firstNumbers = Array.from({length: 128}, (_, index) => index + 1);

export function tooSmall(
	what: string,
	needed: number,
	size: number,
	hint = 'Take a larger disk, or make the image smaller.',
): Refused {
	return new Refused(
		'too-small',
		`${what} is too small: this image needs ${formatSize(needed)} (${needed} bytes), it has ${formatSize(size)} (${size} bytes)`,
		{hint},
	);
}
