import {ext4BlockSize} from '../../../engine/system/ext4-volume.ts';
import {crc32c} from '../../disk/crc32c.ts';
import type {Extent} from '../../sink/ext4-extents.ts';
import type {Ext4Reader} from './ext4-volume.ts';

/** Of a node of a tree of extents: the inode's body, or a block. */
const headSize = 12;
const entrySize = 12;
const magic = 0xf30a;
const maxDepth = 5;
/** A longer extent is one that was never written. */
const maxWritten = 32_768;

interface Node {
	readonly bytes: Buffer;
	readonly entries: number;
	readonly depth: number;
}

/**
 * The extents of an inode in their order, each claimed, as those blocks are that hold them.
 * @param inode the whole inode
 * @throws DamagedInput for what is out of order or range, shared, or never written
 */
export function readExtents(volume: Ext4Reader, number: number, inode: Buffer): Extent[] {
	const seed = volume.seedOf(number, inode);
	const extents: Extent[] = [];
	const wrong = (what: string) => volume.damaged(`inode ${number} has ${what}`);
	const pending = [parseNode(inode.subarray(40, 100), undefined)];
	for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
		const {bytes, entries, depth} = node;
		if (depth === 0) {
			for (let index = 0; index < entries; index++) addExtent(bytes, headSize + index * entrySize);
			continue;
		}
		// The last first, so that the first is next.
		for (let index = entries - 1; index >= 0; index--) {
			const at = headSize + index * entrySize;
			const block = bytes.readUInt32LE(at + 4) + bytes.readUInt16LE(at + 8) * 2 ** 32;
			volume.claims.claim(block, 1, `a block of extents of inode ${number}`);
			pending.push(parseNode(checkedBlock(block), depth - 1));
		}
	}
	return extents;

	function parseNode(bytes: Buffer, wanted: number | undefined): Node {
		const [entries, capacity] = [bytes.readUInt16LE(2), bytes.readUInt16LE(4)];
		const depth = bytes.readUInt16LE(6);
		const room = Math.floor((bytes.length - headSize) / entrySize);
		const isRight = bytes.readUInt16LE(0) === magic && entries <= capacity && capacity <= room;
		if (!isRight || depth > maxDepth || (wanted !== undefined && depth !== wanted))
			throw wrong('a damaged tree of extents');
		return {bytes, entries, depth};
	}

	function checkedBlock(block: number): Buffer {
		const bytes = volume.block(block);
		const end = headSize + bytes.readUInt16LE(4) * entrySize;
		if (end + 4 > ext4BlockSize || bytes.readUInt32LE(end) !== crc32c(bytes.subarray(0, end), seed))
			throw wrong('a tree of extents with a wrong checksum');
		return bytes;
	}

	function addExtent(bytes: Buffer, at: number): void {
		const logical = bytes.readUInt32LE(at);
		const count = bytes.readUInt16LE(at + 4);
		const start = bytes.readUInt16LE(at + 6) * 2 ** 32 + bytes.readUInt32LE(at + 8);
		const last = extents.at(-1);
		if (count === 0 || (last !== undefined && last.logical + last.count > logical))
			throw wrong('extents out of order');
		if (count > maxWritten) throw wrong('blocks that were never written');
		volume.claims.claim(start, count, `the content of inode ${number}`);
		extents.push({logical, start, count});
	}
}
