import type {Metadata} from '../../../../engine/tree/tree.ts';
import {crc32c, crc32cOf} from '../../../../installer/disk/crc32c.ts';
import {directoryBlocks} from '../../../../installer/sink/ext4-directory.ts';
import {extentTree} from '../../../../installer/sink/ext4-extents.ts';
import {type Ext4Inode, encodeInode, inodeFlags} from '../../../../installer/sink/ext4-inode.ts';

/**
 * The smallest ext4 that can be read, all of it as a test wants it, with right checksums:
 *
 *   block 0 superblock, 1 group, 2 bitmap of inodes, 3 inodes 1 to 16, from 4 on whatever there is
 */
export interface TinyExt4 {
	/** By number; they get their checksums. */
	readonly inodes: Map<number, Buffer>;
	/** By number. */
	readonly blocks: Map<number, Buffer>;
	/** Changes the superblock before it gets its checksum. */
	readonly superblock?: (bytes: Buffer) => void;
}

export const blockSize = 4096;
const inodeSize = 256;
export const blockCount = 64;
const inodeCount = 16;
const uuid = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const seed = crc32c(uuid);

export const plain: Metadata = {
	mode: 0o755,
	uid: 0,
	gid: 0,
	mtimeSec: 1000,
	mtimeNsec: 0,
	xattrs: undefined,
};

/** What the checksums of what belongs to an inode begin with. */
export function seedOf(number: number): number {
	return crc32cOf(0, crc32cOf(number, seed));
}

export function inode(changes: Partial<Ext4Inode>): Buffer {
	return encodeInode({
		...{type: 'file', metadata: plain, size: 0, links: 1, blocks: 0},
		...{flags: inodeFlags.extents, body: extentTree([], []).body},
		...changes,
	});
}

/** A folder in one block. */
export function folder(
	image: TinyExt4,
	number: number,
	block: number,
	entries: Parameters<typeof directoryBlocks>[2],
): void {
	const {body} = extentTree([{logical: 0, start: block, count: 1}], []);
	image.inodes.set(number, inode({type: 'directory', size: blockSize, blocks: 1, body}));
	const [bytes = Buffer.alloc(blockSize)] = directoryBlocks(number, number, entries);
	image.blocks.set(block, sealFolder(number, bytes));
}

/** Puts the checksum of a folder's block into it. */
export function sealFolder(number: number, bytes: Buffer): Buffer {
	bytes.writeUInt32LE(crc32c(bytes.subarray(0, blockSize - 12), seedOf(number)), blockSize - 4);
	return bytes;
}

export function tinyExt4({inodes, blocks, superblock = () => {}}: TinyExt4): Buffer {
	const bytes = Buffer.alloc(blockCount * blockSize);
	putSuperblock(bytes.subarray(1024, 2048), superblock);
	putGroup(bytes.subarray(blockSize, blockSize + 64));
	for (const [number, inodeBytes] of inodes) {
		const at = 3 * blockSize + (number - 1) * inodeSize;
		sealInode(number, inodeBytes).copy(bytes, at);
		const bit = 2 * blockSize + ((number - 1) >>> 3);
		bytes[bit] = (bytes[bit] ?? 0) | (1 << ((number - 1) & 7));
	}
	for (const [number, block] of blocks) block.copy(bytes, number * blockSize);
	return bytes;
}

function putSuperblock(bytes: Buffer, change: (bytes: Buffer) => void): void {
	for (const [at, value] of [
		[0, inodeCount],
		[4, blockCount],
		[24, 2],
		[32, 32_768],
		[40, inodeCount],
		[96, 0x2c2],
		[100, 0x400],
	] as const)
		bytes.writeUInt32LE(value, at);
	for (const [at, value] of [
		[56, 0xef53],
		[88, inodeSize],
		[254, 64],
	] as const)
		bytes.writeUInt16LE(value, at);
	uuid.copy(bytes, 104);
	change(bytes);
	bytes.writeUInt32LE(crc32c(bytes.subarray(0, 1020)), 1020);
}

function putGroup(bytes: Buffer): void {
	bytes.writeUInt32LE(2, 4);
	bytes.writeUInt32LE(3, 8);
	bytes.writeUInt16LE(crc32c(bytes, crc32cOf(0, seed)) & 0xffff, 30);
}

function sealInode(number: number, bytes: Buffer): Buffer {
	const sealed = Buffer.from(bytes);
	sealed.fill(0, 124, 126).fill(0, 130, 132);
	const generation = sealed.readUInt32LE(100);
	const sum = crc32c(sealed, crc32cOf(generation, crc32cOf(number, seed)));
	sealed.writeUInt16LE(sum & 0xffff, 124);
	sealed.writeUInt16LE(sum >>> 16, 130);
	return sealed;
}
