import type {Metadata} from '../tree/tree.ts';
import {
	blockBits,
	blockSize,
	compactHeaderSize,
	dataLayout,
	extendedHeaderSize,
	type FileType,
	fileTypeOf,
	holeChunk,
	maxChunkBits,
	slotSize,
	xattrHeaderSize,
} from './format.ts';
import {damagedImage, type ImageView} from './image-view.ts';
import type {Superblock} from './superblock.ts';

/** An inode of an image as it stands there. */
export interface RawInode {
	/** Of its header, in bytes. */
	readonly offset: number;
	readonly type: FileType;
	/** Without xattrs. */
	readonly metadata: Omit<Metadata, 'xattrs'>;
	readonly links: number;
	readonly size: number;
	/** First block, device number or chunk format, by type and layout. */
	readonly location: number;
	readonly number: number;
	readonly layout: number;
	readonly xattrsOffset: number;
	/** In bytes; 0 for none. */
	readonly xattrsLength: number;
}

/** Reads an inode's header, and claims it with all that follows it directly. */
export function readInode(view: ImageView, offset: number, {buildTime}: Superblock): RawInode {
	const {bytes} = view;
	view.claim(offset, compactHeaderSize, 'an inode');
	const format = bytes.readUInt16LE(offset);
	const isExtended = (format & 1) === 1;
	const headerSize = isExtended ? extendedHeaderSize : compactHeaderSize;
	const mode = bytes.readUInt16LE(offset + 4);
	const type = fileTypeOf(mode);
	if (type === undefined) throw damagedImage(`mode ${mode.toString(8)} has no type`, offset + 4);
	const xattrCount = bytes.readUInt16LE(offset + 2);
	const xattrsLength = xattrCount === 0 ? 0 : xattrHeaderSize + 4 * (xattrCount - 1);
	view.claim(offset + compactHeaderSize, headerSize - compactHeaderSize + xattrsLength, 'an inode');
	const size = isExtended ? view.int64(offset + 8) : bytes.readUInt32LE(offset + 8);
	if (size === undefined || size < 0) throw damagedImage('an impossible size', offset + 8);
	const time = isExtended ? readTime(view, offset) : buildTime;
	return {
		offset,
		type,
		metadata: {
			mode: mode & 0o7777,
			uid: isExtended ? bytes.readUInt32LE(offset + 24) : bytes.readUInt16LE(offset + 24),
			gid: isExtended ? bytes.readUInt32LE(offset + 28) : bytes.readUInt16LE(offset + 26),
			mtimeSec: time.sec,
			mtimeNsec: time.nsec,
		},
		links: isExtended ? bytes.readUInt32LE(offset + 44) : bytes.readUInt16LE(offset + 6),
		size,
		location: bytes.readUInt32LE(offset + 16),
		number: bytes.readUInt32LE(offset + 20),
		layout: format >> 1,
		xattrsOffset: offset + headerSize,
		xattrsLength,
	};
}

function readTime(view: ImageView, offset: number) {
	const sec = view.int64(offset + 32);
	const nsec = view.bytes.readUInt32LE(offset + 40);
	if (sec === undefined || nsec >= 1e9)
		throw damagedImage('an impossible modification time', offset + 32);
	return {sec, nsec};
}

/** Pieces of an inode's content in the image: its whole blocks, and the tail behind its xattrs. */
export function contentPieces(view: ImageView, inode: RawInode): Buffer[] {
	const {offset, size, location, layout, xattrsOffset, xattrsLength} = inode;
	const pieces: Buffer[] = [];
	const add = (at: number, length: number) => {
		if (length === 0) return;
		view.claim(at, length, 'the content of an inode');
		pieces.push(view.bytes.subarray(at, at + length));
	};
	if (layout !== dataLayout.plain && layout !== dataLayout.inline)
		throw damagedImage(`unknown data layout ${layout}`, offset);
	const tailLength = layout === dataLayout.inline ? size % blockSize : 0;
	const tailOffset = xattrsOffset + xattrsLength;
	if (layout === dataLayout.inline && tailLength === 0)
		throw damagedImage('an inline tail of no bytes', offset);
	if ((tailOffset % blockSize) + tailLength > blockSize)
		throw damagedImage('an inline tail across the end of a block', offset);
	add(location * blockSize, size - tailLength);
	add(tailOffset, tailLength);
	return pieces;
}

/** Checks that a file in chunks has nothing in the image, as is so for all whose content is an object. */
export function checkHoles(view: ImageView, inode: RawInode): void {
	const {offset, size, location, xattrsOffset, xattrsLength} = inode;
	const chunkBits = (location & 0xffff) + blockBits;
	if (chunkBits > maxChunkBits) throw damagedImage('chunks of an unknown format', offset + 16);
	const tableOffset = xattrsOffset + xattrsLength;
	const count = Math.ceil(size / 2 ** chunkBits);
	// Where a table of more than 4 KiB would not fit, mkcomposefs writes it to a place that is not recorded.
	if (4 * count > blockSize - (tableOffset % blockSize) && count > (blockSize - slotSize) / 4)
		return;
	view.claim(tableOffset, 4 * count, 'a table of chunks');
	for (let at = tableOffset; at < tableOffset + 4 * count; at += 4)
		if (view.bytes.readUInt32LE(at) !== holeChunk)
			throw damagedImage('a file in chunks that are not holes', at);
}
