import {noProgress, type ProgressReporter} from '../progress.ts';
import type {System} from '../system/system.ts';
import {type ScannedTree, type ScanOptions, scanDirectory} from '../tree/scan.ts';
import type {ByteString} from '../tree/tree.ts';
import type {StoreWriter} from './writer.ts';

/**
 * Takes a folder of this host into a store: all of its contents, and its tree with their digests. The
 * image and `commit` are the caller's.
 */
export async function importDirectory(
	system: System,
	writer: StoreWriter,
	root: ByteString,
	{progress = noProgress, ...options}: ScanOptions & {readonly progress?: ProgressReporter} = {},
): Promise<ScannedTree> {
	const tree = scanDirectory(system, root, options);
	const sources = tree.files.map(({path, inode}) => ({
		path,
		size: inode.size,
	}));
	const contents = await writer.addFiles(sources, progress);
	for (const [index, {inode}] of tree.files.entries()) {
		inode.inline = contents[index]?.inline;
		inode.verityDigest = contents[index]?.verityDigest;
	}
	return tree;
}
