import type {HashedFile} from '../engine/store/hash-files.ts';
import type {ScannedFile} from '../engine/tree/scan.ts';
import {emptiedFolders} from '../engine/tree/transform.ts';
import type {ByteString, Directory, Inode, RegularFile} from '../engine/tree/tree.ts';
import {walkTree} from '../engine/tree/walk.ts';
import type {ContentObject, FileSource} from './content.ts';

/** Where the content of each file that is not empty can be read; keyed by the inode in its tree. */
export type FileSources = ReadonlyMap<RegularFile, FileSource>;

export interface FilledTree {
	readonly sources: FileSources;
	/** By fs-verity digest: what a deployment of the tree needs in the store. */
	readonly objects: ReadonlyMap<string, ContentObject>;
}

/**
 * Puts what hashing found into the inodes of a tree.
 * @param hashed in the order of the files
 */
export function fillTree(
	root: Directory,
	files: readonly ScannedFile[],
	hashed: readonly HashedFile[],
): FilledTree {
	const sources = new Map<RegularFile, FileSource>();
	const hashes = new Map<Inode, HashedFile>();
	for (const [index, content] of hashed.entries()) {
		const file = files[index];
		if (file === undefined)
			throw new RangeError(`${hashed.length} hashes of ${files.length} files`);
		const {inode, path} = file;
		inode.inline = content.inline;
		inode.verityDigest = content.verityDigest;
		hashes.set(inode, content);
		sources.set(
			inode,
			content.inline === undefined ? {kind: 'path', path} : {kind: 'bytes', bytes: content.inline},
		);
	}
	return {sources, objects: objectsOf(root, hashes, sources)};
}

function objectsOf(
	root: Directory,
	hashes: ReadonlyMap<Inode, HashedFile>,
	sources: FileSources,
): Map<string, ContentObject> {
	const objects = new Map<string, ContentObject>();
	for (const inode of deployedInodes(root)) {
		if (inode.type !== 'file') continue;
		const source = sources.get(inode);
		const {verityDigest, merkleTree} = hashes.get(inode) ?? {};
		if (source === undefined || verityDigest === undefined || objects.has(verityDigest)) continue;
		objects.set(verityDigest, {size: inode.size, source, merkleTree});
	}
	return objects;
}

/** Inodes that a deployment of the image has too, by the order of their names. */
export function* deployedInodes(root: Directory): Generator<Inode, void> {
	const names: ByteString[] = [...root.children.keys()].sort();
	for (const name of names) {
		const inode = root.children.get(name);
		if (inode === undefined || emptiedFolders.has(name)) continue;
		for (const [, below] of walkTree(inode, name)) yield below;
	}
}
