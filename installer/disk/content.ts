import {open} from 'node:fs/promises';
import type {System} from '../../engine/system/system.ts';
import {printableText} from '../../engine/tree/printable.ts';
import {type BootEntryState, findBootEntry} from './boot-entry.ts';
import {isOwnName, partitionNames} from './partition-names.ts';
import type {Partition, PartitionTable} from './partition-table.ts';
import {readPartitionTable} from './sfdisk.ts';
import {describeSignature, probeRegion, readSignatures, type Signature} from './signatures.ts';
import {MiB} from './size.ts';
import {isTornTable, isZero} from './torn-table.ts';

/** What lies on a disk. */
export interface DiskContent {
	readonly table: PartitionTable | undefined;
	readonly partitions: readonly FoundPartition[];
	/** On the whole disk, outside of its partitions. */
	readonly signatures: readonly Signature[];
	/**
	 * What the first and the last MiB are when nothing above is known: not all zeros, or pieces of the
	 * table of an installation that was killed while it wrote or wiped that.
	 */
	readonly unknownData: 'none' | 'torn-table' | 'other';
	readonly bootEntry: BootEntryState;
}

export interface FoundPartition extends Partition {
	readonly signature: Signature | undefined;
}

export async function readContent(
	system: System,
	disk: {readonly path: string; readonly size: number; readonly sectorSize: number},
): Promise<DiskContent> {
	if (disk.size < disk.sectorSize) return contentOfScrap(await readEnds(disk));
	const [signatures, table] = await Promise.all([
		readSignatures(system, disk.path),
		readPartitionTable(system, disk),
	]);
	const partitions: FoundPartition[] = [];
	for (const partition of table?.partitions ?? []) {
		const isExtended = table?.label === 'dos' && extendedTypes.has(partition.type);
		const signature = isExtended ? undefined : await probeRegion(system, disk.path, partition);
		partitions.push({...partition, signature});
	}
	const isKnown = table !== undefined || signatures.length > 0;
	const unknownData = isKnown ? 'none' : await readEnds(disk);
	// The boot sector of a FAT file system looks like a table without partitions.
	const isRealTable = partitions.length > 0 || signatures.length === 0;
	const bootEntry = await findBootEntry(system, disk.path, partitions);
	return {table: isRealTable ? table : undefined, partitions, signatures, unknownData, bootEntry};
}

/** Of a file smaller than a sector, which sfdisk does not open. */
function contentOfScrap(unknownData: DiskContent['unknownData']): DiskContent {
	return {table: undefined, partitions: [], signatures: [], unknownData, bootEntry: 'unknown'};
}

/** MBR partitions that only hold other partitions. */
const extendedTypes = new Set(['5', 'f', '85']);

async function readEnds({
	path,
	size,
	sectorSize,
}: Parameters<typeof readContent>[1]): Promise<DiskContent['unknownData']> {
	await using file = await open(path, 'r');
	const read = async (position: number) => {
		const end = Buffer.alloc(Math.min(MiB, size));
		await file.read(end, 0, end.length, position);
		return end;
	};
	const [first, last] = [await read(0), await read(Math.max(size - MiB, 0))];
	if (isZero(first) && isZero(last)) return 'none';
	return isTornTable(first, last, sectorSize) ? 'torn-table' : 'other';
}

export function isEmpty({table, signatures, unknownData}: DiskContent): boolean {
	return table === undefined && signatures.length === 0 && unknownData === 'none';
}

/**
 * Whether all on the disk is what an interrupted installation left, so that nobody misses it: it has
 * its partitions and no loader entry, which is written last. Partitions that slipway did not make, even
 * beside its own, are somebody's data; so is what others start from, and a root with its final name beside a
 * boot partition that does not show how far the installation came.
 */
export function isUnfinishedInstall(content: DiskContent): boolean {
	const {partitions, signatures, unknownData, bootEntry} = content;
	if (unknownData === 'torn-table') return true;
	const names = new Set(partitions.map(({name}) => name));
	if (signatures.length > 0 || ![...names].every(isOwnName)) return false;
	if (bootEntry === 'present' || bootEntry === 'shared') return false;
	return (
		names.has(partitionNames.unfinishedRoot) ||
		(names.has(partitionNames.root) && bootEntry === 'missing')
	);
}

/** As many partitions are enough to know a disk by; more are only counted. */
const fewPartitions = 6;

/** What is on a disk, for people: `GPT with 3 partitions: vfat "EFI", ext4 "root", LUKS`. */
export function describeContent(content: DiskContent, maxNamed = fewPartitions): string {
	if (isEmpty(content)) return 'empty';
	if (isUnfinishedInstall(content)) return 'an unfinished slipway installation';
	if (content.unknownData === 'other') return 'data of an unknown kind';
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
	return label === '' ? 'no file system' : `no file system "${printableText(label)}"`;
}
