import type {System} from '../system/system.ts';
import {type ScannedTree, type ScanOptions, scanDirectory} from '../tree/scan.ts';
import type {ByteString} from '../tree/tree.ts';
import {type HashOptions, hashFiles} from './hash-files.ts';

/** The tree of a folder of this host with the digests of its contents; stores nothing. */
export async function hashDirectory(
	system: System,
	root: ByteString,
	{exclude, crossMounts = false, ...hashing}: ScanOptions & HashOptions,
): Promise<ScannedTree> {
	const tree = scanDirectory(system, root, {
		crossMounts,
		...(exclude === undefined ? {} : {exclude}),
	});
	const sources = tree.files.map(({path, inode}) => ({path, size: inode.size}));
	const contents = await hashFiles(sources, hashing);
	for (const [index, {inode}] of tree.files.entries()) {
		inode.inline = contents[index]?.inline;
		inode.verityDigest = contents[index]?.verityDigest;
	}
	return tree;
}
