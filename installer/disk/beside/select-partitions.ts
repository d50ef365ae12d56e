import type {PartitionSelector} from '../../answers/answers.ts';
import type {FoundPartition} from '../content.ts';
import {partitionTypes, rootPartitionTypes} from '../partition-types.ts';

/** Where the partitions are that are selected among. */
export interface SelectionPlace {
	/** Paths that lead to the disk: as it was given, and without links. */
	readonly disks: readonly string[];
	readonly partitions: readonly FoundPartition[];
}

/** The partitions that a selector means; none, or for a label perhaps several. */
export function selectPartitions(
	selector: PartitionSelector,
	{disks, partitions}: SelectionPlace,
): readonly FoundPartition[] {
	const {partLabel, label, number, path, type} = selector;
	const uuid = selector.uuid?.toLowerCase();
	return partitions.filter(
		(partition) =>
			(partLabel === undefined || partition.name === partLabel) &&
			(label === undefined || partition.signature?.label === label) &&
			(number === undefined || partition.number === number) &&
			(uuid === undefined ||
				partition.uuid === uuid ||
				partition.signature?.uuid?.toLowerCase() === uuid) &&
			(path === undefined || disks.some((disk) => pathOf(disk, partition) === path)) &&
			(type === undefined || linuxTypes.has(partition.type)),
	);
}

/** For people: `partition 3`, `label "data"`. */
export function describeSelector(selector: PartitionSelector): string {
	const {partLabel, label, uuid, number, path, type} = selector;
	return [
		number === undefined ? undefined : `partition ${number}`,
		partLabel === undefined ? undefined : `partition name ${JSON.stringify(partLabel)}`,
		label === undefined ? undefined : `label ${JSON.stringify(label)}`,
		uuid === undefined ? undefined : `UUID ${uuid}`,
		path,
		type === undefined ? undefined : 'partitions of Linux',
	]
		.filter((part) => part !== undefined)
		.join(', ');
}

/** By the kernel's rule: a name that ends in a digit gets a `p`. */
function pathOf(disk: string, {number}: FoundPartition): string {
	return `${disk}${/\d$/.test(disk) ? 'p' : ''}${number}`;
}

/** What Linux systems make, and nobody else; not the ESP, which all share. */
const linuxTypes: ReadonlySet<string> = new Set([
	...rootPartitionTypes,
	partitionTypes.xbootldr,
	partitionTypes.var,
	partitionTypes.home,
	partitionTypes.srv,
	partitionTypes.tmp,
	partitionTypes.swap,
	partitionTypes.linux,
	partitionTypes.raid,
	partitionTypes.luks,
	partitionTypes.lvm,
]);
