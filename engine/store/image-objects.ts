import {readFileSync} from 'node:fs';
import {verityAlgorithmOf, verityDigest} from '../erofs/fs-verity.ts';
import {readImage} from '../erofs/reader.ts';
import {DamagedInput} from '../errors.ts';
import type {Directory} from '../tree/tree.ts';

/**
 * The tree of an image of the store. The image is checked against its name first, so a damaged one
 * never gives a wrong tree.
 * @throws DamagedInput when it is not what its name says
 */
export function readStoredImage(file: string, digest: string): Directory {
	const bytes = readFileSync(file);
	const algorithm = verityAlgorithmOf(digest);
	const actual = algorithm && verityDigest(bytes, algorithm);
	if (actual !== digest) {
		throw new DamagedInput(`image ${digest} is damaged: its fs-verity digest is ${actual}`);
	}
	return readImage(bytes).root;
}

/**
 * Digests of the objects that an image of the store needs.
 * @throws DamagedInput when it is not what its name says
 */
export function objectsOfImage(file: string, digest: string): Set<string> {
	return new Set(objectSizes(readStoredImage(file, digest)).keys());
}

/** Digests of all files of a tree that are not in the image itself, each with the bytes of its content. */
export function objectSizes(root: Directory): Map<string, number> {
	const sizes = new Map<string, number>();
	const pending = [root];
	for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
		for (const inode of next.children.values()) {
			if (inode.type === 'directory') pending.push(inode);
			else if (inode.type === 'file' && inode.verityDigest !== undefined)
				sizes.set(inode.verityDigest, inode.size);
		}
	}
	return sizes;
}
