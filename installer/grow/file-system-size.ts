import {closeSync, openSync, readSync} from 'node:fs';
import {DamagedInput} from '../../engine/errors.ts';
import type {RootFileSystem} from '../disk/layout-settings.ts';
import {KiB} from '../disk/size.ts';

/** Where a file system describes itself, and how that is to be read: bytes it has. */
interface Superblock {
	readonly offset: number;
	readonly magic: {readonly at: number; readonly bytes: Buffer};
	size(block: Buffer, usable: () => number): number;
}

const blockLength = 4 * KiB;

/**
 * @see https://docs.kernel.org/filesystems/ext4/super.html
 * @see https://git.kernel.org/pub/scm/fs/xfs/xfs-documentation.git, "Superblocks"
 * @see https://btrfs.readthedocs.io/en/latest/dev/On-disk-format.html#superblock
 */
const superblocks: Readonly<Record<RootFileSystem, Superblock>> = {
	ext4: {
		offset: KiB,
		magic: {at: 0x38, bytes: Buffer.from([0x53, 0xef])},
		size(block) {
			const is64Bit = (block.readUInt32LE(0x60) & 0x80) !== 0;
			const high = is64Bit ? block.readUInt32LE(0x150) : 0;
			return (block.readUInt32LE(0x4) + high * 2 ** 32) * KiB * 2 ** block.readUInt32LE(0x18);
		},
	},
	btrfs: {
		offset: 64 * KiB,
		magic: {at: 0x40, bytes: Buffer.from('_BHRfS_M')},
		// Of this device, not of all that the file system has.
		size: (block) => Number(block.readBigUInt64LE(0xd1)),
	},
	xfs: {
		offset: 0,
		magic: {at: 0, bytes: Buffer.from('XFSB')},
		// The device shows a change of its size only later: the log has it first. What is usable is all but that log.
		size(block, usable) {
			const isLogInside = block.readBigUInt64BE(48) !== 0n;
			return usable() + (isLogInside ? block.readUInt32BE(96) * block.readUInt32BE(4) : 0);
		},
	},
};

/**
 * The size that a mounted file system has by itself, in bytes; what it lies on may be larger.
 * @param usable bytes that statfs(2) counts
 * @throws DamagedInput when there is no such file system
 */
export function fileSystemSize(device: string, type: RootFileSystem, usable: () => number): number {
	const {offset, magic, size} = superblocks[type];
	const block = Buffer.alloc(blockLength);
	const file = openSync(device, 'r');
	try {
		readSync(file, block, 0, block.length, offset);
	} finally {
		closeSync(file);
	}
	const found = block.subarray(magic.at, magic.at + magic.bytes.length);
	if (!found.equals(magic.bytes)) throw new DamagedInput(`${device} has no ${type} superblock`);
	return size(block, usable);
}
