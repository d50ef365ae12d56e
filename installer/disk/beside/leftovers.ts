import type {FoundPartition} from '../content.ts';
import {isUnfinishedName} from '../partition-names.ts';
import {type PlacedEntry, starts} from './found-boot.ts';

/**
 * Partitions that an installation has made which did not come to its end; the next one may have their
 * place. None when a loader entry starts from one of them: then the installation was done but for their
 * names.
 */
export function leftovers(
	partitions: readonly FoundPartition[],
	entries: readonly PlacedEntry[],
): readonly FoundPartition[] {
	const unfinished = partitions.filter(({name}) => isUnfinishedName(name));
	const isStarted = (one: FoundPartition) => entries.some((entry) => starts(entry, one));
	return unfinished.some(isStarted) ? [] : unfinished;
}
