import {hash} from 'node:crypto';
import {DamagedInput} from '../errors.ts';
import type {Directory} from '../tree/tree.ts';
import {walkTree} from '../tree/walk.ts';
import {listImages, type StoredFile} from './contents.ts';
import {readStoredImage} from './image-objects.ts';
import type {StoreLayout} from './layout.ts';

/**
 * The contents that are too small to be objects, by their SHA-256 in lower-case hex: those that files of
 * the store's images have. An image that installed itself brought no record of a layer, but it is there.
 */
export function inlineContents(layout: StoreLayout): Map<string, Buffer> {
	const contents = new Map<string, Buffer>();
	for (const image of listImages(layout)) {
		const root = readIfSound(image);
		if (root === undefined) continue;
		for (const [, inode] of walkTree(root, '')) {
			if (inode.type !== 'file' || !inode.inline?.length) continue;
			// A copy, or the whole image would stay in memory.
			contents.set(hash('sha256', inode.inline, 'hex'), Buffer.from(inode.inline));
		}
	}
	return contents;
}

function readIfSound({path, verityDigest}: StoredFile): Directory | undefined {
	try {
		return readStoredImage(path, verityDigest);
	} catch (error) {
		if (error instanceof DamagedInput) return undefined;
		throw error;
	}
}
