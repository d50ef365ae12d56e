import {Refused} from '../errors.ts';
import {cutDirectory} from './directory-blocks.ts';
import {
	blockBits,
	blockSize,
	compactHeaderSize,
	extendedHeaderSize,
	inodesOffset,
	limits,
	maxChunkBits,
	roundUp,
	slotSize,
} from './format.ts';
import type {ImageInode} from './image-inode.ts';
import {valueLength} from './xattr-pair.ts';
import {xattrBodyLength} from './xattr-writer.ts';

export interface Time {
	readonly sec: number;
	readonly nsec: number;
}

/** Where the regions of an image end; see format.ts for what they hold. */
export interface Layout {
	/** The smallest mtime: inodes that have it may leave it out. */
	readonly buildTime: Time;
	readonly inodesEnd: number;
	readonly length: number;
}

export interface LayoutOptions {
	/** References to shared xattrs that an inode may have; it holds the others itself. */
	readonly maxShared: number;
	/** Length of the shared table, which stands between inodes and data. */
	readonly sharedLength: number;
}

/** Gives every inode its size and place, and every block of content its number. */
export function layOut(
	order: readonly ImageInode[],
	{maxShared, sharedLength}: LayoutOptions,
): Layout {
	const buildTime = earliestTime(order);
	let at = inodesOffset;
	for (const inode of order) {
		measureContent(inode);
		inode.isExtended = !fitsCompact(inode, buildTime);
		inode.xattrLength = xattrBodyLength(inode.xattrs, maxShared);
		checkLimits(inode);
		at = place(inode, roundUp(at, slotSize));
	}
	const inodesEnd = roundUp(at, slotSize);
	let block = roundUp(inodesEnd + sharedLength, blockSize) / blockSize;
	for (const inode of order) {
		inode.firstBlock = block;
		block += inode.blocks;
	}
	return {buildTime, inodesEnd, length: block * blockSize};
}

function earliestTime(order: readonly ImageInode[]): Time {
	let sec = Number.POSITIVE_INFINITY;
	let nsec = 0;
	for (const {source} of order) {
		if (source.mtimeSec > sec || (source.mtimeSec === sec && source.mtimeNsec >= nsec)) continue;
		sec = source.mtimeSec;
		nsec = source.mtimeNsec;
	}
	return {sec, nsec};
}

/** Sets an inode's size, and how much of its content goes to blocks and how much to the tail. */
function measureContent(inode: ImageInode): void {
	const {source, entries} = inode;
	if (entries !== undefined) {
		const {pieces, tailLength} = cutDirectory(entries);
		inode.pieces = pieces;
		inode.tailLength = tailLength;
		inode.blocks = tailLength > 0 ? pieces.length - 1 : pieces.length;
		inode.size = inode.blocks * blockSize + tailLength;
	} else if (source.type === 'symlink') {
		inode.size = source.target.length;
		inode.tailLength = source.target.length;
	} else if (source.type === 'file') {
		inode.size = source.size;
		if (inode.isExternal) inode.tailLength = 4 * chunkCount(source.size);
		else measureInline(inode);
	}
}

function measureInline(inode: ImageInode): void {
	const rest = inode.size % blockSize;
	inode.tailLength = rest > blockSize / 2 ? 0 : rest;
	inode.blocks = (inode.size - rest) / blockSize + (rest > inode.tailLength ? 1 : 0);
}

/** Binary logarithm of the size of the chunks in which a file's holes are counted. */
export function chunkBits(size: number): number {
	const last = size - 1;
	const high = Math.floor(last / 2 ** 32);
	// Math.log2 would round, and shifts end at 32 bits.
	const length = high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(last);
	return Math.min(Math.max(length, blockBits), maxChunkBits);
}

export function chunkCount(size: number): number {
	return Math.ceil(size / 2 ** chunkBits(size));
}

/** The compact header has no mtime, and less room for numbers. */
function fitsCompact(inode: ImageInode, buildTime: Time): boolean {
	const {source, links, size} = inode;
	return (
		source.mtimeSec === buildTime.sec &&
		source.mtimeNsec === buildTime.nsec &&
		links <= 0xffff &&
		source.uid <= 0xffff &&
		source.gid <= 0xffff &&
		Math.max(size, recordedSize(inode)) <= 0xffffffff
	);
}

/** Dumps may give devices and their like a size. It is not stored, but mkcomposefs looks at it. */
function recordedSize({source, type}: ImageInode): number {
	if (source.type === 'directory' || type === 'file' || type === 'symlink') return 0;
	return source.recorded?.size ?? 0;
}

/**
 * Puts an inode at `offset` or behind it, so that its tail does not cross a block's end.
 * @returns the offset behind it
 */
function place(inode: ImageInode, offset: number): number {
	const headLength =
		(inode.isExtended ? extendedHeaderSize : compactHeaderSize) + inode.xattrLength;
	inode.offset =
		inode.source.type === 'symlink'
			? placeSymlink(inode, offset, headLength)
			: placeOther(inode, offset, headLength);
	return inode.offset + headLength + inode.tailLength;
}

/** A symbolic link stands in one block with its header; a target too long for that gets a block. */
function placeSymlink(inode: ImageInode, offset: number, headLength: number): number {
	const length = headLength + inode.tailLength;
	if (length >= blockSize) {
		inode.blocks = 1;
		inode.tailLength = 0;
	}
	// By the length with the target, even if that has just moved away: so does mkcomposefs.
	const crosses = Math.floor(offset / blockSize) !== Math.floor((offset + length - 1) / blockSize);
	return crosses ? roundUp(offset, blockSize) : offset;
}

/** Header and xattrs of all else may cross the end of a block, only the tail may not. */
function placeOther(inode: ImageInode, offset: number, headLength: number): number {
	const room = blockSize - ((offset + headLength) % blockSize);
	if (room >= inode.tailLength) return offset;
	const moved = offset + roundUp(room, slotSize);
	if (blockSize - ((moved + headLength) % blockSize) >= inode.tailLength) return moved;
	// Only the chunk tables of files beyond 8 PiB are so long.
	inode.blocks++;
	inode.tailLength = 0;
	return roundUp(offset, blockSize);
}

function checkLimits(inode: ImageInode): void {
	const {source, xattrs, xattrLength} = inode;
	if (source.type === 'symlink' && source.target.length > limits.target)
		throw refuse(inode, `a link target of ${source.target.length} bytes`, limits.target);
	if (xattrLength > limits.xattrBody)
		throw refuse(inode, `${xattrLength} bytes of extended attributes`, limits.xattrBody);
	for (const pair of xattrs) {
		const {name, suffix} = pair.key;
		const length = valueLength(pair);
		if (suffix.length > limits.xattrSuffix)
			throw refuse(
				inode,
				`an extended attribute's name of ${name.length} bytes`,
				limits.xattrSuffix,
			);
		if (length > limits.xattrValue)
			throw refuse(inode, `an extended attribute of ${length} bytes`, limits.xattrValue);
	}
}

function refuse({home}: ImageInode, what: string, most: number): Refused {
	return new Refused('image-limit', `${what}, of ${home?.name ?? '/'}`, {
		hint: `An image can hold ${most} at most.`,
	});
}
