import {ext4InodeSize} from '../../engine/system/ext4-volume.ts';
import {deviceMajor, deviceMinor} from '../../engine/tree/device-number.ts';
import type {Inode, Metadata} from '../../engine/tree/tree.ts';
import {emptyBody, inodeBodySize} from './ext4-extents.ts';

/** What an inode says of itself, but for its checksum and extended attributes. */
export interface Ext4Inode {
	readonly type: Inode['type'];
	readonly metadata: Metadata;
	/** In bytes. */
	readonly size: number;
	readonly links: number;
	/** Blocks that it takes, those that say where the others are included. */
	readonly blocks: number;
	readonly flags: number;
	/** `i_block`: extents, a short target of a link, or a device's number. */
	readonly body: Buffer;
}

export const inodeFlags = {extents: 0x80000, verity: 0x100000} as const;

/** What `st_mode` and the entries of folders call a type. */
const types: Readonly<Record<Inode['type'], {readonly mode: number; readonly entry: number}>> = {
	file: {mode: 0o100000, entry: 1},
	directory: {mode: 0o040000, entry: 2},
	character: {mode: 0o020000, entry: 3},
	block: {mode: 0o060000, entry: 4},
	fifo: {mode: 0o010000, entry: 5},
	socket: {mode: 0o140000, entry: 6},
	symlink: {mode: 0o120000, entry: 7},
};

/** The `file_type` of an entry of a folder. */
export function entryType(type: Inode['type']): number {
	return types[type].entry;
}

/** A folder with more subfolders has a count of 1, and ext4 the feature `dir_nlink`. */
const maxLinks = 65_000;
/** Space is counted in sectors of 512 bytes. */
const sectorsPerBlock = 8;
/** All fields that are known beyond the first 128 bytes. */
const extraSize = 32;

/**
 * All of its times are that of its last change, so the same content gives the same bytes.
 * @see https://docs.kernel.org/filesystems/ext4/inodes.html
 */
export function encodeInode({metadata, ...inode}: Ext4Inode): Buffer {
	// From Node's pool: of thousands it is this that takes time and memory.
	const bytes = Buffer.allocUnsafe(ext4InodeSize).fill(0);
	bytes.writeUInt16LE(types[inode.type].mode | metadata.mode, 0);
	bytes.writeUInt16LE(metadata.uid & 0xffff, 2);
	bytes.writeUInt16LE(metadata.uid >>> 16, 120);
	bytes.writeUInt16LE(metadata.gid & 0xffff, 24);
	bytes.writeUInt16LE(metadata.gid >>> 16, 122);
	bytes.writeUInt32LE(inode.size % 2 ** 32, 4);
	bytes.writeUInt32LE(Math.floor(inode.size / 2 ** 32), 108);
	bytes.writeUInt16LE(inode.links > maxLinks ? 1 : inode.links, 26);
	const sectors = inode.blocks * sectorsPerBlock;
	bytes.writeUInt32LE(sectors % 2 ** 32, 28);
	bytes.writeUInt16LE(Math.floor(sectors / 2 ** 32), 116);
	bytes.writeUInt32LE(inode.flags, 32);
	inode.body.copy(bytes, 40, 0, inodeBodySize);
	bytes.writeUInt16LE(extraSize, 128);
	putTimes(bytes, metadata);
	return bytes;
}

/** Where seconds are, and where the rest of the same time: of access, of the inode, of content, of birth. */
const timeFields = [
	[8, 140],
	[12, 132],
	[16, 136],
	[144, 148],
] as const;

function putTimes(bytes: Buffer, time: Metadata): void {
	const extra = timeExtra(time);
	for (const [seconds, rest] of timeFields) {
		bytes.writeInt32LE(time.mtimeSec | 0, seconds);
		bytes.writeUInt32LE(extra, rest);
	}
}

/**
 * The part of a time that the low 32 bits of its seconds do not hold: nanoseconds, and in the lowest
 * two bits how many times 2^32 seconds are to be added to them as a signed number.
 * @see https://docs.kernel.org/filesystems/ext4/inodes.html#inode-timestamps
 */
export function timeExtra({mtimeSec, mtimeNsec}: Pick<Metadata, 'mtimeSec' | 'mtimeNsec'>): number {
	const epoch = (mtimeSec - (mtimeSec | 0)) / 2 ** 32;
	return mtimeNsec * 4 + (epoch & 3);
}

/** The body of a device: small numbers the old way, as the kernel writes them. */
export function deviceBody(rdev: number): Buffer {
	const body = emptyBody();
	const [major, minor] = [deviceMajor(rdev), deviceMinor(rdev)];
	if (major < 256 && minor < 256) body.writeUInt16LE((major << 8) | minor, 0);
	else body.writeUInt32LE(rdev, 4);
	return body;
}
