import type {PlannedPartition} from './layout.ts';
import {shareRoom} from './share-room.ts';
import type {WantedPartition} from './wanted-partitions.ts';

/** A stretch of a disk, in bytes; the end is not part of it. */
export interface Region {
	readonly start: number;
	readonly end: number;
}

/**
 * Puts partitions one after the other from the start of a region. Undefined when they do not fit.
 * @param numbers as many, and more
 */
export function placeInRoom(
	wanted: readonly WantedPartition[],
	{start, end}: Region,
	numbers: readonly number[],
): readonly PlannedPartition[] | undefined {
	const sizes = shareRoom(wanted, end - start);
	if (sizes === undefined) return undefined;
	let position = start;
	return wanted.map(({least, most, ...partition}, index) => {
		const size = sizes[index] ?? least;
		const placed = {...partition, number: numbers[index] ?? 0, start: position, size};
		position += size;
		return placed;
	});
}
