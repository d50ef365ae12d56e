import {Refused} from '../../../engine/errors.ts';
import type {ExtraPartition} from '../../answers/answers.ts';
import {describePartition, type FoundPartition} from '../content.ts';
import {isRootFileSystem} from '../layout-settings.ts';
import {describePartitionType, partitionTypes} from '../partition-types.ts';
import {formatSize} from '../size.ts';
import {foundOnly} from './room.ts';
import {describeSelector, type SelectionPlace, selectPartitions} from './select-partitions.ts';

type Existing = NonNullable<ExtraPartition['existing']>;

/** A partition that is there already and gets a mount point. */
export interface UsedPartition {
	readonly partition: FoundPartition;
	readonly wish: ExtraPartition & {readonly existing: Existing};
}

/** What firmware and boot loaders of others look for, or Windows; whatever is in it. */
const systemTypes: ReadonlySet<string> = new Set([
	partitionTypes.esp,
	partitionTypes.xbootldr,
	partitionTypes.biosBoot,
	partitionTypes.microsoftReserved,
]);

interface Taken {
	readonly removed: ReadonlySet<number>;
	readonly kept: ReadonlySet<number>;
}

/**
 * Finds the partitions that further mount points name.
 * @param room numbers of those that go, and of those that were named to be kept
 * @param mayFormat whether what is in them may be destroyed
 */
export function findUsedPartitions(
	further: readonly ExtraPartition[],
	place: SelectionPlace,
	room: Taken,
	mayFormat: boolean,
): {readonly used: readonly UsedPartition[]; readonly problems: readonly Refused[]} {
	const used: UsedPartition[] = [];
	const problems: Refused[] = [];
	for (const wish of further) {
		if (!isExisting(wish)) continue;
		const found = selectPartitions(wish.existing.partition, place);
		const [partition] = found;
		const problem = problemOf(wish, found, room, used) ?? whyNotFormatted(wish, found, mayFormat);
		if (problem !== undefined) problems.push(problem);
		else if (partition !== undefined) used.push({partition, wish});
	}
	return {used, problems};
}

function isExisting(wish: ExtraPartition): wish is UsedPartition['wish'] {
	return wish.existing !== undefined;
}

function whyNotFormatted(
	{existing}: UsedPartition['wish'],
	[partition]: readonly FoundPartition[],
	mayFormat: boolean,
): Refused | undefined {
	if (mayFormat || !existing.format || partition?.signature === undefined) return undefined;
	return foundOnly(partition);
}

function problemOf(
	{mountPoint, existing}: UsedPartition['wish'],
	[partition, ...others]: readonly FoundPartition[],
	{removed, kept}: Taken,
	used: readonly UsedPartition[],
): Refused | undefined {
	const asked = describeSelector(existing.partition);
	if (partition === undefined || others.length > 0)
		return new Refused(
			partition === undefined ? 'no-such-partition' : 'several-partitions',
			`${mountPoint} is to be on ${asked}, of which the disk has ${partition === undefined ? 'none' : others.length + 1}`,
			{hint: 'Name one partition of the disk, such as by its number.'},
		);
	const what = `partition ${partition.number} (${describePartition(partition)}, ${formatSize(partition.size)})`;
	if (systemTypes.has(partition.type))
		return new Refused(
			'system-partition',
			`${what} cannot be for ${mountPoint}: its type is ${describePartitionType(partition.type)}`,
			{hint: 'Name another partition, or have a new one made.'},
		);
	if (removed.has(partition.number))
		return new Refused('replaced-and-kept', `${what} is for ${mountPoint}, and is to be replaced`, {
			hint: 'Name it in one of the two.',
		});
	if (existing.format && kept.has(partition.number))
		return new Refused(
			'formatted-and-kept',
			`${what} is for ${mountPoint}, and is to be both formatted and kept`,
			{hint: 'Leave out format, or keep it no more.'},
		);
	if (used.some((one) => one.partition.number === partition.number))
		return new Refused('partition-used-twice', `${what} is for ${mountPoint} and another place`, {
			hint: 'Give each mount point a partition of its own.',
		});
	const {type, uuid} = partition.signature ?? {};
	if (existing.format || (isRootFileSystem(type) && uuid !== undefined)) return undefined;
	return new Refused('no-file-system', `${what} cannot be mounted on ${mountPoint} as it is`, {
		hint: 'Have it formatted, or name one with ext4, btrfs or xfs.',
	});
}
