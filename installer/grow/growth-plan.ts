import {Refused} from '../../engine/errors.ts';
import type {RootFileSystem} from '../disk/layout-settings.ts';
import type {Partition, PartitionTable} from '../disk/partition-table.ts';
import {alignDown, alignment, MiB} from '../disk/size.ts';
import {luksHeaderSize} from '../encryption/encryption-plan.ts';

/** A mounted root on a partition of its own. Sizes are in bytes. */
export interface FoundRoot {
	readonly disk: {
		/** `/dev/vda` */
		readonly path: string;
		readonly size: number;
		readonly sectorSize: number;
		readonly table: PartitionTable;
		/** Whether the copy of the table is whole, and at the end. */
		readonly hasBackup: boolean;
	};
	/** `/dev/vda2`, as the kernel has it; the table may say something else. */
	readonly partition: {
		readonly path: string;
		readonly number: number;
		readonly start: number;
		readonly size: number;
	};
	/** What an encrypted one is unlocked as: `slipway-root`, `/dev/dm-0`. */
	readonly mapping?: {readonly path: string; readonly name: string; readonly size: number};
	readonly fileSystem: {readonly type: RootFileSystem; readonly size: number};
	/** Where it is mounted, perhaps read-only. */
	readonly mountPoint: string;
}

/** What is missing, in this order. Each is done again when it was cut. */
export type GrowthStep =
	/** The partition in the table, and the copy of the table at the end of the disk. */
	| {readonly kind: 'table'; readonly table: PartitionTable}
	/** The partition that the kernel knows. */
	| {readonly kind: 'partition'}
	/** What it is unlocked as. */
	| {readonly kind: 'mapping'; readonly name: string}
	| {readonly kind: 'file-system'};

export interface GrowthPlan {
	readonly root: FoundRoot;
	/** Bytes that the partition will have. */
	readonly size: number;
	/** None when the root has all of its disk. */
	readonly steps: readonly GrowthStep[];
}

/**
 * Less is not worth a change: partitions end at whole MiB, and a file system may leave out a last piece that
 * is too small to describe itself in.
 */
const leastGain = 16 * MiB;
/** Bytes of an entry of a GPT. */
const entrySize = 128;

/**
 * Decides how a root gets all of its disk.
 * @throws Refused `not-gpt`, `other-table`, `partition-behind-root`
 */
export function planGrowth(root: FoundRoot): GrowthPlan {
	const {disk, partition, mapping, fileSystem} = root;
	const entry = entryOf(root);
	const size = sizeToGet(root, entry);
	const steps: GrowthStep[] = [];
	const hasTorn = entry.start + size === roomEnd(disk) && !disk.hasBackup;
	if (size !== entry.size || hasTorn)
		steps.push({kind: 'table', table: grown(disk.table, entry, size)});
	if (size !== partition.size) steps.push({kind: 'partition'});
	const usable = mapping === undefined ? size : size - luksHeaderSize;
	if (mapping !== undefined && usable - mapping.size >= leastGain)
		steps.push({kind: 'mapping', name: mapping.name});
	if (usable - fileSystem.size >= leastGain) steps.push({kind: 'file-system'});
	return {root, size, steps};
}

/** The root's entry in the table. */
function entryOf({disk: {path, table}, partition: {number, start}}: FoundRoot): Partition {
	if (table.label !== 'gpt')
		throw new Refused(
			'not-gpt',
			`${path} has a partition table of the kind ${table.label}, not a GPT`,
			{
				hint: 'Grow the partition with the program that made it; then slipway has nothing left to do.',
			},
		);
	const entry = table.partitions.find((one) => one.number === number);
	if (entry?.start === start) return entry;
	throw new Refused(
		'other-table',
		`the partition table of ${path} is not the one that the kernel uses`,
		{
			hint: 'Restart the machine, and run it again.',
		},
	);
}

function sizeToGet({disk, partition}: FoundRoot, entry: Partition): number {
	const last = disk.table.partitions.toSorted((a, b) => a.start - b.start).at(-1) ?? entry;
	const end = roomEnd(disk);
	if (end - (last.start + last.size) < leastGain) return entry.size;
	if (last.number === partition.number) return end - entry.start;
	const name = last.name === '' ? '' : ` "${last.name}"`;
	throw new Refused(
		'partition-behind-root',
		`partition ${last.number}${name} lies behind the root on ${disk.path}, so the root cannot grow`,
		{hint: 'Use the room behind it for another partition.'},
	);
}

/** Where the last partition may end: before the copy of the table. */
function roomEnd({size, sectorSize, table}: FoundRoot['disk']): number {
	const slots = table.room?.slots ?? 128;
	const copy = Math.ceil((slots * entrySize) / sectorSize) * sectorSize + sectorSize;
	return alignDown(size - copy, alignment);
}

function grown(table: PartitionTable, entry: Partition, size: number): PartitionTable {
	const partitions = table.partitions.map((one) => (one === entry ? {...one, size} : one));
	return {...table, partitions};
}
