import {Refused} from '../../engine/errors.ts';
import {isUnfinishedName, partitionNames} from '../disk/partition-names.ts';
import type {Partition} from '../disk/partition-table.ts';
import {type Medium, readAt} from './medium/medium.ts';
import {partitionUse} from './other-partitions.ts';

/** What is at the start of a partition that is no plain ext4, or further in. */
const foreign = [
	{offset: 0, magic: 'LUKS\xba\xbe', what: 'encrypted (LUKS)'},
	{offset: 0, magic: 'XFSB', what: 'an xfs'},
	{offset: 65_600, magic: '_BHRfS_M', what: 'a btrfs'},
	{offset: 4096, magic: '\xfc\x4e\x2b\xa9', what: 'a part of an MD RAID'},
] as const;

/**
 * The partition with the physical root: of several, the one that is called as slipway calls it.
 * @param name of the disk, for errors
 * @throws Refused `no-installation`, `unfinished` or `unreadable-root`
 */
export function rootPartition(
	medium: Medium,
	partitions: readonly Partition[],
	name: string,
): Partition {
	const roots = partitions.filter((partition) => partitionUse(partition) === 'root');
	const root = roots.find((partition) => partition.name === partitionNames.root) ?? roots[0];
	if (root === undefined) throw notInstalled(name, 'it has no root partition');
	if (isUnfinishedName(root.name))
		throw new Refused('unfinished', `${name} is not a finished installation`, {
			hint: 'Make it again.',
		});
	const found = foreign.find(({offset, magic}) => isAt(medium, root, offset, magic));
	if (found === undefined) return root;
	throw new Refused('unreadable-root', `the root of ${name} is ${found.what}`, {
		hint: 'Only a root in a plain ext4 can be verified from outside; run slipway verify on the machine.',
	});
}

export function notInstalled(name: string, why: string): Refused {
	return new Refused('no-installation', `slipway did not make ${name}: ${why}`, {
		hint: 'Name a disk image that slipway made, or a disk that it was written to.',
	});
}

function isAt(medium: Medium, {start, size}: Partition, offset: number, magic: string): boolean {
	if (offset + magic.length > size) return false;
	const bytes = readAt(medium, {offset: start + offset, length: magic.length});
	return bytes.toString('latin1') === magic;
}
