import {Refused} from '../../engine/errors.ts';
import {isUnfinishedName, partitionNames} from '../disk/partition-names.ts';
import type {Partition} from '../disk/partition-table.ts';
import {luksHeaderSize} from '../encryption/encryption-plan.ts';
import {isEncryptionRequest, requestOffset, requestSize} from '../encryption/encryption-request.ts';
import {firstNonZero, type Medium, readAt} from './medium/medium.ts';
import {partitionUse} from './other-partitions.ts';
import type {Finding} from './report.ts';

/** What is at the start of a partition that is no plain ext4, or further in. */
const foreign = [
	{offset: 0, magic: 'LUKS\xba\xbe', what: 'encrypted (LUKS)'},
	{offset: 0, magic: 'XFSB', what: 'an xfs'},
	{offset: 65_600, magic: '_BHRfS_M', what: 'a btrfs'},
	{offset: 4096, magic: '\xfc\x4e\x2b\xa9', what: 'a part of an MD RAID'},
] as const;

/**
 * The partition with the physical root, as its file system has it: of several, the one that is called as slipway calls it.
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
	if (isToBeEncrypted(medium, root))
		return {...root, start: root.start + luksHeaderSize, size: root.size - luksHeaderSize};
	const found = foreign.find(({offset, magic}) => isAt(medium, root, offset, magic));
	if (found === undefined) return root;
	throw new Refused('unreadable-root', `the root of ${name} is ${found.what}`, {
		hint: 'Only a root in a plain ext4 can be verified from outside; run slipway verify on the machine.',
	});
}

/** Whether it is to be encrypted by the machine that starts from it, and was not yet. */
function isToBeEncrypted(medium: Medium, {start, size}: Partition): boolean {
	if (size < luksHeaderSize) return false;
	const place = {offset: start + requestOffset, length: requestSize};
	return isEncryptionRequest(readAt(medium, place)) && !isAt(medium, {start, size}, 0, 'LUKS');
}

export function notInstalled(name: string, why: string): Refused {
	return new Refused('no-installation', `slipway did not make ${name}: ${why}`, {
		hint: 'Name a disk image that slipway made, or a disk that it was written to.',
	});
}

function isAt(
	medium: Medium,
	{start, size}: Pick<Partition, 'start' | 'size'>,
	offset: number,
	magic: string,
): boolean {
	if (offset + magic.length > size) return false;
	const bytes = readAt(medium, {offset: start + offset, length: magic.length});
	return bytes.toString('latin1') === magic;
}

/** What the root has in front of its file system, where it is to be encrypted: there is to be no more than the request. */
export function beforeFileSystem(
	medium: Medium,
	partitions: readonly Partition[],
	place: Partition,
): Finding[] {
	const start = partitions.find(({number}) => number === place.number)?.start ?? place.start;
	if (start === place.start) return [];
	const request = readAt(medium, {offset: start + requestOffset, length: requestSize});
	const behindText = start + requestOffset + request.indexOf(0);
	const first =
		firstNonZero(medium, {offset: start, length: requestOffset}) ??
		firstNonZero(medium, {offset: behindText, length: place.start - behindText});
	if (first === undefined) return [];
	const problem = `is not empty from byte ${first} of the disk on`;
	return [{kind: 'extra', partition: place.number, path: 'the room for a LUKS2 header', problem}];
}
