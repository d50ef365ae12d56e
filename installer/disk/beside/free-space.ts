import {backupTableSize, type Partition, type PartitionTable} from '../partition-table.ts';
import type {Region} from '../place-partitions.ts';
import {alignDown, alignment, alignUp} from '../size.ts';

/**
 * Where a GPT has no partitions, in the order of the disk, without what is too small for one.
 * @param without partitions that count as gone
 */
export function freeRegions(
	table: PartitionTable,
	diskSize: number,
	without: readonly Partition[] = [],
): readonly Region[] {
	const end = diskSize - backupTableSize(table.sectorSize);
	const room = table.room ?? {start: alignment, end};
	const gone = new Set(without.map(({number}) => number));
	const staying = table.partitions
		.filter(({number}) => !gone.has(number))
		.toSorted((a, b) => a.start - b.start);
	const regions: Region[] = [];
	let position = room.start;
	for (const {start, size} of [...staying, {start: Math.min(room.end, end), size: 0}]) {
		const region = {start: alignUp(position, alignment), end: alignDown(start, alignment)};
		if (region.end > region.start) regions.push(region);
		position = Math.max(position, start + size);
	}
	return regions;
}

/** The largest; the first of several that are. */
export function largestRegion(regions: readonly Region[]): Region | undefined {
	return regions.toSorted((a, b) => b.end - b.start - (a.end - a.start))[0];
}

/** Whether a partition lies in a region, at least with a part of it. */
export function touches(
	{start, end}: Region,
	partition: Pick<Partition, 'start' | 'size'>,
): boolean {
	return partition.start < end && partition.start + partition.size > start;
}

/** A GPT has as many entries unless it says otherwise. */
const usualSlots = 128;

/** Numbers that no partition has, the lowest first. */
export function freeNumbers(
	{room}: PartitionTable,
	taken: readonly Partition[],
): readonly number[] {
	const used = new Set(taken.map(({number}) => number));
	const slots = room?.slots ?? usualSlots;
	return Array.from({length: slots}, (_, index) => index + 1).filter((number) => !used.has(number));
}
