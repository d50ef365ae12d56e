import type {ScannedTree} from '../tree/scan.ts';
import {type HashOptions, hashFiles} from './hash-files.ts';

/** Puts small contents and the digests of all others into a tree that was read; stores nothing. */
export async function hashTree({files}: ScannedTree, options: HashOptions): Promise<void> {
	const sources = files.map(({path, inode}) => ({path, size: inode.size}));
	const contents = await hashFiles(sources, options);
	for (const [index, {inode}] of files.entries()) {
		inode.inline = contents[index]?.inline;
		inode.verityDigest = contents[index]?.verityDigest;
	}
}
