import {writeDirents} from './directory-blocks.ts';
import {
	blockBits,
	blockSize,
	compactHeaderSize,
	dataLayout,
	extendedHeaderSize,
	fileType,
	writeInt64,
	xattrHeaderSize,
} from './format.ts';
import type {ImageInode} from './image-inode.ts';
import {chunkBits, chunkCount} from './layout.ts';

/** @returns the offset behind the header, where the xattrs belong */
export function writeInodeHeader(out: Buffer, inode: ImageInode): number {
	const {source, offset: at, xattrLength} = inode;
	out.writeUInt16LE(dataLayoutOf(inode) * 2 + (inode.isExtended ? 1 : 0), at);
	if (xattrLength > 0) out.writeUInt16LE((xattrLength - xattrHeaderSize) / 4 + 1, at + 2);
	out.writeUInt16LE(fileType[inode.type] | source.mode, at + 4);
	out.writeUInt32LE(locationOf(inode), at + 16);
	out.writeUInt32LE(inode.position, at + 20);
	if (!inode.isExtended) {
		out.writeUInt16LE(inode.links, at + 6);
		out.writeUInt32LE(inode.size, at + 8);
		out.writeUInt16LE(source.uid, at + 24);
		out.writeUInt16LE(source.gid, at + 26);
		return at + compactHeaderSize;
	}
	writeInt64(out, inode.size, at + 8);
	out.writeUInt32LE(source.uid, at + 24);
	out.writeUInt32LE(source.gid, at + 28);
	writeInt64(out, source.mtimeSec, at + 32);
	out.writeUInt32LE(source.mtimeNsec, at + 40);
	out.writeUInt32LE(inode.links, at + 44);
	return at + extendedHeaderSize;
}

function dataLayoutOf(inode: ImageInode): number {
	if (inode.isExternal) return dataLayout.chunked;
	return inode.tailLength > 0 ? dataLayout.inline : dataLayout.plain;
}

/** The field that tells where the content is; for devices their number. */
function locationOf(inode: ImageInode): number {
	const firstBlock = inode.blocks > 0 ? inode.firstBlock : 0;
	if (inode.isExternal) {
		const chunkFormat = chunkBits(inode.size) - blockBits;
		// The format has the lower half to itself, even if there is a block.
		return ((firstBlock & 0xffff0000) | chunkFormat) >>> 0;
	}
	if (inode.type === 'character' || inode.type === 'block')
		return 'rdev' in inode.source ? inode.source.rdev : 0;
	return firstBlock;
}

/** Writes what an inode holds to its blocks, and what is left behind its xattrs. */
export function writeContent(out: Buffer, inode: ImageInode, tailOffset: number): void {
	const {source, blocks, tailLength} = inode;
	const blocksOffset = inode.firstBlock * blockSize;
	inode.pieces?.forEach((entries, index) => {
		writeDirents(out, index < blocks ? blocksOffset + index * blockSize : tailOffset, entries);
	});
	if (inode.isExternal) {
		// Every chunk is a hole. A table that got a block is of no use there, but mkcomposefs writes it.
		const tableOffset = blocks > 0 ? blocksOffset : tailOffset;
		out.fill(0xff, tableOffset, tableOffset + 4 * chunkCount(inode.size));
	} else if (source.type === 'symlink') {
		out.write(source.target, blocks > 0 ? blocksOffset : tailOffset, 'latin1');
	} else if (source.type === 'file' && source.inline !== undefined) {
		source.inline.copy(out, blocksOffset, 0, blocks * blockSize);
		source.inline.copy(out, tailOffset, source.inline.length - tailLength);
	}
}
