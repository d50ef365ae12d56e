import {verityAlgorithms} from '../../engine/erofs/fs-verity.ts';
import type {FileSource, SystemContent} from '../content.ts';
import {merkleTreeSize} from '../sink/verity-layout.ts';
import {GiB} from './size.ts';

/** What content takes on a disk, for the sizes of its partitions. */
export interface ContentSizes {
	/** Bytes of the root's files in whole blocks, fs-verity included. */
	readonly rootBytes: number;
	readonly rootInodes: number;
	/** Bytes of one deployment's files on the boot partition, the boot loader included. */
	readonly bootBytes: number;
}

const blockSize = 4096;
/** Objects lie in 256 folders, state in a few. */
const folderCount = 272;

/** Adds up content as the root file system and the boot partition will store it. */
export function contentSizes(
	content: SystemContent,
	sizeOf: (source: FileSource) => number,
): ContentSizes {
	let rootBytes = blocks(content.image.bytes.length) + folderCount * blockSize;
	let rootInodes = 1 + folderCount;
	const {digestSize} = verityAlgorithms[content.algorithm];
	for (const {size} of content.objects.values()) {
		// fs-verity adds its tree and a block for the descriptor.
		rootBytes += blocks(size) + merkleTreeSize(size, digestSize) + blockSize;
		rootInodes++;
	}
	for (const {inode} of content.state) {
		rootBytes += inode.type === 'file' ? blocks(inode.size) : blockSize;
		rootInodes++;
	}
	let bootBytes = 0;
	for (const {source} of [...content.bootFiles, ...content.bootEntries]) {
		bootBytes += blocks(sizeOf(source));
	}
	return {rootBytes, rootInodes, bootBytes};
}

/**
 * A disk of this size is not too small for an image with these files, whatever they are: known before
 * any of them is read. Each is counted as object and as state, with fs-verity, inodes and an update
 * beside it, and as a part of the kernel.
 */
export function surelyEnough(files: readonly {readonly inode: {readonly size: number}}[]): number {
	const bytes = files.reduce((sum, {inode}) => sum + blocks(inode.size) + 2 * blockSize, 0);
	return GiB + 8 * bytes;
}

function blocks(bytes: number): number {
	return Math.ceil(bytes / blockSize) * blockSize;
}
