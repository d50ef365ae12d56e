import {Refused} from '../../../engine/errors.ts';
import {printableText} from '../../../engine/tree/printable.ts';
import type {PartitionSelector} from '../../answers/answers.ts';
import type {FoundPartition} from '../content.ts';
import {describePartition} from '../content.ts';
import type {PartitionTable} from '../partition-table.ts';
import {partitionTypes} from '../partition-types.ts';
import type {Region} from '../place-partitions.ts';
import {formatSize} from '../size.ts';
import {freeRegions, largestRegion, touches} from './free-space.ts';
import {describeSelector, type SelectionPlace, selectPartitions} from './select-partitions.ts';

/** How a disk is shared. */
export interface ShareRequest {
	readonly layout: 'free-space' | 'partition';
	/** Partitions that make room, and that nothing may touch. */
	readonly replace: readonly PartitionSelector[];
	readonly keep: readonly PartitionSelector[];
	/** Leave to destroy what is in those that make room. */
	readonly mayReplace: boolean;
}

export interface Room {
	/** What goes: what was asked for, and what an unfinished installation left. */
	readonly removed: readonly FoundPartition[];
	/** Where the new partitions go; undefined when there is no such place. */
	readonly region: Region | undefined;
	/** All other places without partitions. */
	readonly elsewhere: readonly Region[];
	/** Numbers of partitions that were named to be kept. */
	readonly kept: ReadonlySet<number>;
	readonly problems: readonly Refused[];
}

/** Finds the place for new partitions. @param left what an unfinished installation left */
export function findRoom(
	{layout, replace, keep, mayReplace}: ShareRequest,
	table: PartitionTable,
	diskSize: number,
	place: SelectionPlace,
	left: readonly FoundPartition[],
): Room {
	const problems: Refused[] = [];
	const named = (selectors: readonly PartitionSelector[], mayBeGone: boolean) =>
		selectors.flatMap((selector) => {
			const found = selectPartitions(selector, place);
			// A run that was killed may have taken it already.
			if (found.length === 0 && !mayBeGone && selector.type === undefined)
				problems.push(noSuchPartition(selector, place));
			return found;
		});
	const kept = new Set(named(keep, false).map(({number}) => number));
	// Free space is what is free: nothing makes room for it.
	const asked = layout === 'partition' ? replace : [];
	const replaced = named(asked, left.length > 0);
	problems.push(...asked.flatMap((selector) => severalMeant(selector, place, left)));
	problems.push(...replaced.flatMap((partition) => whyNotReplaced(partition, kept, mayReplace)));
	problems.push(...keptLeftovers(left, keep, place));
	const numbers = new Set([...replaced, ...left].map(({number}) => number));
	const removed = place.partitions.filter(({number}) => numbers.has(number));
	const regions = freeRegions(table, diskSize, removed);
	const isNamed = (region: Region) => removed.some((partition) => touches(region, partition));
	const isThere = layout === 'partition' && !namesNone(replace);
	const region = largestRegion(isThere ? regions.filter(isNamed) : regions);
	if (isThere && removed.length === 0 && problems.length === 0)
		problems.push(
			new Refused('nothing-to-replace', 'no partition was named that makes room', {
				hint: 'Name one with --replace or storage.replace.',
			}),
		);
	return {removed, region, elsewhere: regions.filter((one) => one !== region), kept, problems};
}

/** Whether partitions go by their type alone, if there are such: then any place will do. */
export function namesNone(replace: readonly PartitionSelector[]): boolean {
	return replace.length > 0 && replace.every(({type}) => type !== undefined);
}

/** `3 GiB at 12 GiB`, for people. */
export function describeRegion({start, end}: Region): string {
	return `${formatSize(end - start)} at ${formatSize(start)}`;
}

function noSuchPartition(
	selector: PartitionSelector,
	{disks, partitions}: SelectionPlace,
): Refused {
	return new Refused(
		'no-such-partition',
		`${disks[0]} has no ${describeSelector(selector)}: it has ${describeAll(partitions) || 'no partitions'}`,
		{hint: 'Name one of those.'},
	);
}

function describeAll(partitions: readonly FoundPartition[]): string {
	return partitions
		.map((partition) => `${partition.number} (${describePartition(partition)})`)
		.join(', ');
}

/** A name that several have; those that go anyway do not count. */
function severalMeant(
	selector: PartitionSelector,
	place: SelectionPlace,
	left: readonly FoundPartition[],
): Refused[] {
	if (selector.type !== undefined) return [];
	const found = selectPartitions(selector, place).filter((one) => !left.includes(one));
	if (found.length < 2) return [];
	return [
		new Refused(
			'several-partitions',
			`${describeSelector(selector)} is to be replaced, and ${place.disks[0]} has ${found.length} of it: ${describeAll(found)}`,
			{hint: 'Name each partition that goes by itself, such as by its number.'},
		),
	];
}

function whyNotReplaced(
	partition: FoundPartition,
	kept: ReadonlySet<number>,
	mayReplace: boolean,
): Refused[] {
	const {number, type, signature} = partition;
	const what = `partition ${number} (${describePartition(partition)})`;
	if (kept.has(number))
		return [
			new Refused('replaced-and-kept', `${what} is to be both replaced and kept`, {
				hint: 'Name it in one of the two.',
			}),
		];
	if (type === partitionTypes.esp)
		return [
			new Refused('replaces-esp', `${what} is the ESP, which others start from`, {
				hint: 'Name another partition; the ESP is used beside them as it is.',
			}),
		];
	return mayReplace || signature === undefined ? [] : [foundOnly(partition)];
}

/** Keeping all that is of Linux does not mean what a run before has left, or nothing could be run again. */
function keptLeftovers(
	left: readonly FoundPartition[],
	keep: readonly PartitionSelector[],
	place: SelectionPlace,
): Refused[] {
	const kept = keep
		.filter(({type, ...others}) => Object.keys(others).length > 0)
		.flatMap((selector) => selectPartitions(selector, place));
	return left
		.filter((partition) => kept.includes(partition))
		.map(
			(partition) =>
				new Refused(
					'replaced-and-kept',
					`partition ${partition.number} (${describePartition(partition)}) is to be kept, and is called ${printableText(partition.name)} as what an installation has left that was killed`,
					{hint: 'Give it another name if it is yours, or keep it no more.'},
				),
		);
}

/** Nobody has said that what a partition holds may be destroyed. */
export function foundOnly(partition: FoundPartition): Refused {
	return new Refused(
		'holds-data',
		`partition ${partition.number} (${describePartition(partition)}) holds data, and the configuration was only found`,
		{hint: 'Name the configuration on the command line, or permit it for this machine.'},
	);
}
