import {type BlockRun, ext4BlockSize} from '../../engine/system/ext4-volume.ts';

/** Blocks of a file, from its block `logical` on. */
export interface Extent extends BlockRun {
	readonly logical: number;
}

/**
 * How an inode finds its blocks: extents in the inode itself, or, of a file in more pieces, blocks of
 * extents that it points to.
 * @see https://docs.kernel.org/filesystems/ext4/ifork.html#extent-tree
 */
const headSize = 12;
const entrySize = 12;
const magic = 0xf30a;
/** Bytes of `i_block`. */
export const inodeBodySize = 60;
const entriesOfInode = (inodeBodySize - headSize) / entrySize;
/** Behind them is the checksum. */
const entriesOfBlock = Math.floor((ext4BlockSize - headSize) / entrySize);
const maxExtentBlocks = 32_768;

export function emptyBody(): Buffer {
	return Buffer.allocUnsafe(inodeBodySize).fill(0);
}

/** Extents of runs that hold a file's blocks from `logical` on. */
export function extentsOf(runs: readonly BlockRun[], logical: number): Extent[] {
	const extents: Extent[] = [];
	let at = logical;
	for (const run of runs)
		for (let done = 0; done < run.count; ) {
			const count = Math.min(run.count - done, maxExtentBlocks);
			extents.push({logical: at, start: run.start + done, count});
			done += count;
			at += count;
		}
	return extents;
}

/** Blocks of extents that a file needs. */
export function extentBlockCount(extents: readonly Extent[]): number {
	return extents.length <= entriesOfInode ? 0 : Math.ceil(extents.length / entriesOfBlock);
}

export interface ExtentTree {
	/** `i_block` */
	readonly body: Buffer;
	/** Blocks of extents, each for the block of that number, without their checksums. */
	readonly blocks: readonly {readonly block: number; readonly bytes: Buffer}[];
}

/**
 * @param blocks numbers of {@link extentBlockCount} blocks
 * @throws RangeError for a file in thousands of pieces, which none is in a fresh file system
 */
export function extentTree(extents: readonly Extent[], blocks: readonly number[]): ExtentTree {
	const body = emptyBody();
	if (blocks.length === 0) {
		putExtents(body, extents, entriesOfInode);
		return {body, blocks: []};
	}
	if (blocks.length > entriesOfInode) throw new RangeError(`${extents.length} extents in one file`);
	putHead(body, {entries: blocks.length, capacity: entriesOfInode, depth: 1});
	const filled = blocks.map((block, index) => {
		const part = extents.slice(index * entriesOfBlock, (index + 1) * entriesOfBlock);
		const at = headSize + index * entrySize;
		body.writeUInt32LE(part[0]?.logical ?? 0, at);
		body.writeUIntLE(block, at + 4, 6);
		const bytes = Buffer.alloc(ext4BlockSize);
		putExtents(bytes, part, entriesOfBlock);
		return {block, bytes};
	});
	return {body, blocks: filled};
}

function putExtents(node: Buffer, extents: readonly Extent[], capacity: number): void {
	putHead(node, {entries: extents.length, capacity, depth: 0});
	for (const [index, {logical, start, count}] of extents.entries()) {
		const at = headSize + index * entrySize;
		node.writeUInt32LE(logical, at);
		node.writeUInt16LE(count, at + 4);
		node.writeUInt16LE(Math.floor(start / 2 ** 32), at + 6);
		node.writeUInt32LE(start % 2 ** 32, at + 8);
	}
}

interface NodeHead {
	readonly entries: number;
	readonly capacity: number;
	/** Levels of nodes below this one. */
	readonly depth: number;
}

function putHead(node: Buffer, {entries, capacity, depth}: NodeHead): void {
	node.writeUInt16LE(magic, 0);
	node.writeUInt16LE(entries, 2);
	node.writeUInt16LE(capacity, 4);
	node.writeUInt16LE(depth, 6);
}
