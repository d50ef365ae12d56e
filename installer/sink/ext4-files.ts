import {verityAlgorithms, verityBlockSize} from '../../engine/erofs/fs-verity.ts';
import {type BlockRun, ext4BlockSize} from '../../engine/system/ext4-volume.ts';
import type {FsVerityAlgorithm} from '../../engine/system/system.ts';
import type {ByteString} from '../../engine/tree/tree.ts';
import type {FileSource} from '../content.ts';
import {type Extent, extentsOf} from './ext4-extents.ts';
import {type FreeSpace, mergeRuns, splitRuns} from './ext4-space.ts';
import {merkleTreeSize, verityLayout} from './verity-layout.ts';

/** What goes into the blocks of an inode; it is not empty. */
export interface FileData {
	/** For messages. */
	readonly name: ByteString;
	readonly source: FileSource;
	readonly size: number;
	/** Undefined for a file without fs-verity. */
	readonly verity: FileVerity | undefined;
}

export interface FileVerity {
	/** Undefined when it is to be found. */
	readonly digest: string | undefined;
	/** As in ContentObject. */
	readonly merkleTree: Uint8Array | undefined;
}

/**
 * A file with its blocks: first those of the content, then those of tree and descriptor, which lie behind a gap
 * in the file and behind nothing on the disk.
 */
export interface PlacedFile extends FileData {
	readonly runs: readonly BlockRun[];
}

/** Bytes that tree and descriptor take. */
export function tailSize({size, verity}: FileData, algorithm: FsVerityAlgorithm): number {
	if (verity === undefined) return 0;
	return merkleTreeSize(size, verityAlgorithms[algorithm].digestSize) + verityBlockSize;
}

const blocksOf = (bytes: number): number => Math.ceil(bytes / ext4BlockSize);

/** Puts files side by side. @throws NoSpace */
export function placeFile(
	file: FileData,
	algorithm: FsVerityAlgorithm,
	space: FreeSpace,
): PlacedFile {
	const blocks = blocksOf(file.size) + blocksOf(tailSize(file, algorithm));
	return {...file, runs: space.take(blocks)};
}

/** Where the file's blocks are in the file. */
export function fileExtents({size, verity, runs}: PlacedFile): Extent[] {
	const [content, tail] = splitRuns(runs, blocksOf(size));
	const {treeOffset} = verityLayout(size, 0);
	const behind = verity === undefined ? [] : extentsOf(tail, treeOffset / ext4BlockSize);
	return [...extentsOf(content, 0), ...behind];
}

/** Files that are written at one go. */
export interface DataStretch {
	/** Of the first, for messages. */
	readonly path: ByteString;
	/** Of all contents. */
	readonly size: number;
	readonly files: readonly FileData[];
	/** The blocks of all, in the order of the files. */
	readonly runs: readonly BlockRun[];
}

/** Few large writes instead of many small ones; enough of them that all threads have work. */
const stretchBlocks = (4 << 20) / ext4BlockSize;

export function cutStretches(files: Iterable<PlacedFile>): DataStretch[] {
	const stretches: DataStretch[] = [];
	let gathered: PlacedFile[] = [];
	let blocks = 0;
	const cut = () => {
		const [first] = gathered;
		if (first === undefined) return;
		stretches.push({
			path: first.name,
			size: gathered.reduce((sum, {size}) => sum + size, 0),
			files: gathered.map(({name, source, size, verity}) => ({name, source, size, verity})),
			runs: mergeRuns(gathered.flatMap(({runs}) => runs)),
		});
		gathered = [];
		blocks = 0;
	};
	for (const file of files) {
		gathered.push(file);
		for (const {count} of file.runs) blocks += count;
		if (blocks >= stretchBlocks) cut();
	}
	cut();
	return stretches;
}
