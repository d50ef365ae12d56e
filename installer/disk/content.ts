import {open} from 'node:fs/promises';
import type {System} from '../../engine/system/system.ts';
import type {Partition, PartitionTable} from './partition-table.ts';
import {readPartitionTable} from './sfdisk.ts';
import {describeSignature, probeRegion, readSignatures, type Signature} from './signatures.ts';
import {MiB} from './size.ts';

/** What lies on a disk. */
export interface DiskContent {
	readonly table: PartitionTable | undefined;
	readonly partitions: readonly FoundPartition[];
	/** On the whole disk, outside of its partitions. */
	readonly signatures: readonly Signature[];
	/** Nothing known, and yet the first or last MiB are not all zeros. */
	readonly hasUnknownData: boolean;
}

export interface FoundPartition extends Partition {
	readonly signature: Signature | undefined;
}

export async function readContent(
	system: System,
	disk: {readonly path: string; readonly size: number; readonly sectorSize: number},
): Promise<DiskContent> {
	const signatures = await readSignatures(system, disk.path);
	const table = await readPartitionTable(system, disk);
	const partitions: FoundPartition[] = [];
	for (const partition of table?.partitions ?? []) {
		const isExtended = table?.label === 'dos' && extendedTypes.has(partition.type);
		const signature = isExtended ? undefined : await probeRegion(system, disk.path, partition);
		partitions.push({...partition, signature});
	}
	const isKnown = table !== undefined || signatures.length > 0;
	const hasUnknownData = !isKnown && !(await hasBlankEnds(disk.path, disk.size));
	// The boot sector of a FAT file system looks like a table without partitions.
	const isRealTable = partitions.length > 0 || signatures.length === 0;
	return {table: isRealTable ? table : undefined, partitions, signatures, hasUnknownData};
}

/** MBR partitions that only hold other partitions. */
const extendedTypes = new Set(['5', 'f', '85']);

async function hasBlankEnds(path: string, size: number): Promise<boolean> {
	await using file = await open(path, 'r');
	const length = Math.min(MiB, size);
	const buffer = Buffer.alloc(length);
	for (const position of [0, size - length]) {
		await file.read(buffer, 0, length, position);
		if (buffer.some((byte) => byte !== 0)) return false;
	}
	return true;
}

export function isEmpty({table, signatures, hasUnknownData}: DiskContent): boolean {
	return table === undefined && signatures.length === 0 && !hasUnknownData;
}

/** Partition names of an installation that was begun: the root has its final name only at the end. */
export const partitionNames = {
	esp: 'slipway-esp',
	root: 'slipway-root',
	unfinishedRoot: 'slipway-root-incomplete',
} as const;

const ownNames: ReadonlySet<string> = new Set(Object.values(partitionNames));

/**
 * Whether all on the disk is what an interrupted installation left, so that nobody misses it.
 * Partitions that slipway did not make, even beside its own, are somebody's data.
 */
export function isUnfinishedInstall({partitions, signatures}: DiskContent): boolean {
	return (
		signatures.length === 0 &&
		partitions.every(({name}) => ownNames.has(name)) &&
		partitions.some(({name}) => name === partitionNames.unfinishedRoot)
	);
}

/** As many partitions are enough to know a disk by; more are only counted. */
const fewPartitions = 6;

/** What is on a disk, for people: `GPT with 3 partitions: vfat "EFI", ext4 "root", LUKS`. */
export function describeContent(content: DiskContent, maxNamed = fewPartitions): string {
	if (isEmpty(content)) return 'empty';
	if (isUnfinishedInstall(content)) return 'an unfinished slipway installation';
	if (content.hasUnknownData) return 'data of an unknown kind';
	const parts = content.signatures.map(describeSignature);
	const {table, partitions} = content;
	if (table !== undefined) {
		const label = table.label === 'dos' ? 'MBR' : table.label.toUpperCase();
		const named = partitions.slice(0, maxNamed).map(describePartition);
		const more = partitions.length - named.length;
		if (more > 0) named.push(`${more} more`);
		parts.push(
			partitions.length === 0
				? `${label} without partitions`
				: `${label} with ${partitions.length} partition${partitions.length === 1 ? '' : 's'}: ${named.join(', ')}`,
		);
	}
	return parts.join(', ');
}

/** Its file system, by the partition's name when the file system has no label. */
export function describePartition({signature, name}: FoundPartition): string {
	const label = signature?.label || name;
	if (signature !== undefined) return describeSignature({...signature, label});
	return label === '' ? 'no file system' : `no file system "${label}"`;
}
