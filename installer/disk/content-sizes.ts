import {isLoaderFile} from '../../engine/boot/systemd-boot-files.ts';
import {verityAlgorithms} from '../../engine/erofs/fs-verity.ts';
import type {FileSource, SystemContent} from '../content.ts';
import {varFolder} from '../deployment-state.ts';
import {merkleTreeSize} from '../sink/verity-layout.ts';
import {GiB} from './size.ts';

/** What content takes on a disk, for the sizes of its partitions. */
export interface ContentSizes {
	/** Bytes of the root's files in whole blocks, fs-verity included. */
	readonly rootBytes: number;
	readonly rootInodes: number;
	/** Bytes of one deployment's files on the boot partition, the boot loader included. */
	readonly bootBytes: number;
	/** Those of them that are the boot loader's own. */
	readonly loaderBytes: number;
	/** Bytes of the machine's /var, which are part of the root's. */
	readonly varBytes: number;
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
	let varBytes = 0;
	for (const {path, inode} of content.state) {
		const bytes = inode.type === 'file' ? blocks(inode.size) : blockSize;
		rootBytes += bytes;
		rootInodes++;
		if (path.startsWith(`${varFolder}/`)) varBytes += bytes;
	}
	let bootBytes = 0;
	let loaderBytes = 0;
	for (const file of [...content.bootFiles, ...content.bootEntries]) {
		const bytes = blocks(sizeOf(file.source));
		bootBytes += bytes;
		if (isLoaderFile(file)) loaderBytes += bytes;
	}
	return {rootBytes, rootInodes, bootBytes, loaderBytes, varBytes};
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
