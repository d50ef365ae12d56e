import {Refused} from '../../../engine/errors.ts';
import {printableText} from '../../../engine/tree/printable.ts';
import type {FoundPartition} from '../content.ts';
import {type PlacedEntry, starts} from './found-boot.ts';

/**
 * What becomes of loader entries of slipway that are there: those of partitions that go have to go too,
 * or they would be started before the new one. Two systems cannot share a disk's boot partitions, for
 * each takes all entries of slipway for its own.
 * @param removed partitions that go
 * @param isTakenUp whether an installation was begun here, and may have made partitions go already
 */
export function oldEntries(
	entries: readonly PlacedEntry[],
	partitions: readonly FoundPartition[],
	removed: readonly FoundPartition[],
	isTakenUp: boolean,
): {readonly dead: readonly PlacedEntry[]; readonly problems: readonly Refused[]} {
	const living = entries.filter((entry) => {
		if (removed.some((partition) => starts(entry, partition))) return false;
		if (!isTakenUp || entry.startsElsewhere) return true;
		return partitions.some((partition) => starts(entry, partition));
	});
	const dead = entries.filter((entry) => !living.includes(entry));
	const [first] = living;
	if (first === undefined) return {dead, problems: []};
	return {
		dead,
		problems: [
			new Refused(
				'second-slipway',
				`${printableText(first.path)} on partition ${first.partition} starts another slipway system, with which one disk cannot be shared`,
				{hint: 'Name the partition of that system to be replaced, or take another disk.'},
			),
		],
	};
}
