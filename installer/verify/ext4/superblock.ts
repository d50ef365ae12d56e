import {Refused} from '../../../engine/errors.ts';
import {ext4BlockSize, ext4InodeSize} from '../../../engine/system/ext4-volume.ts';
import {crc32c} from '../../disk/crc32c.ts';
import type {Damaged} from '../damaged.ts';

/** @see https://docs.kernel.org/filesystems/ext4/super.html */
export interface Superblock {
	readonly blockCount: number;
	readonly inodeCount: number;
	readonly inodesPerGroup: number;
	readonly groupCount: number;
	/** Bytes of a group's descriptor. */
	readonly descriptorSize: number;
	/** In lower case. */
	readonly uuid: string;
	/** What all checksums of metadata begin with. */
	readonly checksumSeed: number;
}

export const superblockOffset = 1024;
export const superblockSize = 1024;
const magic = 0xef53;
/** Those that mke2fs.conf of slipway asks for, and none that would have more be read. */
const features = {
	incompat: {fileType: 0x2, recover: 0x4, extents: 0x40, is64bit: 0x80, flexGroups: 0x200},
	readOnly: {checksums: 0x400},
} as const;
const checksumSeedFeature = 0x2000;

/**
 * @param size of the partition, in bytes
 * @param name of the partition, for errors
 * @throws DamagedInput; Refused `foreign-file-system` or `unclean-file-system`
 */
export function parseSuperblock(
	bytes: Buffer,
	size: number,
	name: string,
	damaged: Damaged,
): Superblock {
	if (bytes.readUInt16LE(56) !== magic) throw damaged('it is no ext4');
	const incompatible = bytes.readUInt32LE(96);
	checkFeatures(incompatible, bytes.readUInt32LE(100), name);
	if (bytes.readUInt32LE(1020) !== crc32c(bytes.subarray(0, 1020)))
		throw damaged('the checksum of its superblock is wrong');
	if (
		2 ** (10 + bytes.readUInt32LE(24)) !== ext4BlockSize ||
		bytes.readUInt16LE(88) !== ext4InodeSize
	)
		throw foreign(name, 'other sizes of blocks or inodes');
	if ((incompatible & features.incompat.recover) !== 0 || bytes.readUInt32LE(232) !== 0)
		throw new Refused('unclean-file-system', `the file system on ${name} was not closed`, {
			hint: 'What it says will change when it is mounted. Start and shut down the machine, or run e2fsck on a copy.',
		});
	const blockCount = bytes.readUInt32LE(4) + bytes.readUInt32LE(336) * 2 ** 32;
	const [blocksPerGroup, inodesPerGroup] = [bytes.readUInt32LE(32), bytes.readUInt32LE(40)];
	const groupCount = Math.ceil(blockCount / blocksPerGroup);
	const inodeCount = bytes.readUInt32LE(0);
	const descriptorSize = bytes.readUInt16LE(254);
	if (blockCount * ext4BlockSize > size)
		throw damaged(`it has ${blockCount * ext4BlockSize} bytes, its partition ${size}`);
	if (blocksPerGroup !== ext4BlockSize * 8 || descriptorSize !== 64)
		throw foreign(name, 'other sizes of groups');
	if (
		inodesPerGroup === 0 ||
		inodesPerGroup > blocksPerGroup ||
		inodeCount !== inodesPerGroup * groupCount
	)
		throw damaged(`${inodeCount} inodes in ${groupCount} groups`);
	const uuid = bytes.subarray(104, 120);
	return {
		blockCount,
		inodeCount,
		inodesPerGroup,
		groupCount,
		descriptorSize,
		uuid: uuid.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
		checksumSeed:
			(incompatible & checksumSeedFeature) === 0 ? crc32c(uuid) : bytes.readUInt32LE(624),
	};
}

function checkFeatures(incompatible: number, readOnly: number, name: string): void {
	const {recover, ...needed} = features.incompat;
	const all = Object.values(needed).reduce((sum, bit) => sum | bit, 0);
	const hasAll = (incompatible & all) === all && (readOnly & features.readOnly.checksums) !== 0;
	const more = incompatible & ~(all | recover | checksumSeedFeature);
	if (!hasAll || more !== 0) throw foreign(name, 'other features');
}

function foreign(name: string, what: string): Refused {
	return new Refused(
		'foreign-file-system',
		`the ext4 on ${name} is not as slipway makes it: it has ${what}`,
		{hint: 'Only disks that slipway made can be verified.'},
	);
}
