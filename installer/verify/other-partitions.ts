import {printable} from '../../engine/tree/printable.ts';
import type {Partition} from '../disk/partition-table.ts';
import {
	describePartitionType,
	partitionTypes,
	rootPartitionTypes,
} from '../disk/partition-types.ts';
import {swapHeader} from '../disk/swap-space.ts';
import {readExt4} from './ext4/read-ext4.ts';
import {firstNonZero, type Medium, readAt} from './medium/medium.ts';

/** What is done with a partition, by its type. */
export type PartitionUse = 'esp' | 'xbootldr' | 'root' | 'swap' | 'var' | 'other';

const uses: Readonly<Record<string, PartitionUse>> = {
	[partitionTypes.esp]: 'esp',
	[partitionTypes.xbootldr]: 'xbootldr',
	[partitionTypes.swap]: 'swap',
	[partitionTypes.var]: 'var',
};

export function partitionUse({type}: Partition): PartitionUse {
	return rootPartitionTypes.includes(type) ? 'root' : (uses[type] ?? 'other');
}

/** For people. */
export function describePartition({number, name, type}: Partition): string {
	return `partition ${number} (${name || describePartitionType(type) || type})`;
}

/** What is in a partition that holds neither boot files nor the root, and should not be. */
export function otherProblem(
	medium: Medium,
	partition: Partition,
	name: string,
): string | undefined {
	switch (partitionUse(partition)) {
		case 'swap':
			return swapProblem(medium, partition);
		case 'var':
			return varProblem(medium, partition, name);
		case 'root':
			return 'is a second root';
		default:
			return undefined;
	}
}

/** The machine moves its /var there when it first starts. */
function varProblem(medium: Medium, {start, size}: Partition, name: string): string | undefined {
	const {nodes} = readExt4(medium, {offset: start, length: size}, name);
	const first = [...nodes.keys()].find((path) => path !== '' && path !== 'lost+found');
	return first === undefined ? undefined : `has files, ${printable(first)} among them`;
}

const pageSize = 4096;
const uuidPlace = {offset: 1036, length: 16} as const;
const labelPlace = {offset: 1052, length: 16} as const;

/** What a swap space has that was never used: its first page, and zeros. @returns what is wrong, if anything is */
function swapProblem(medium: Medium, {start, size}: Partition): string | undefined {
	const page = readAt(medium, {offset: start, length: pageSize});
	const {offset, length} = uuidPlace;
	const uuid = page.toString('hex', offset, offset + length);
	const label = page
		.toString('ascii', labelPlace.offset, labelPlace.offset + labelPlace.length)
		.replace(/\0.*$/s, '');
	const fileSystem = {type: 'swap', uuid, label} as const;
	if (!swapHeader({size, fileSystem}).equals(page)) return 'is no swap space as slipway makes it';
	const used = firstNonZero(medium, {offset: start + pageSize, length: size - pageSize});
	return used === undefined ? undefined : `is not empty: byte ${used} of the disk is in use`;
}
