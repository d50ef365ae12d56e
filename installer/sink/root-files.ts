import {OperationFailed} from '../../engine/errors.ts';
import {imagePath, objectPath, storeLayout} from '../../engine/store/layout.ts';
import {printable} from '../../engine/tree/printable.ts';
import type {ByteString, Metadata} from '../../engine/tree/tree.ts';
import type {FileSource, StateEntry, SystemContent} from '../content.ts';

/** A file of the store, which gets fs-verity: an object, or the image. */
export interface VerityFile {
	readonly path: ByteString;
	readonly verityDigest: string;
	readonly size: number;
	readonly source: FileSource;
	/** As in ContentObject. */
	readonly merkleTree: Uint8Array | undefined;
}

/** Of the store's folder on a physical root. */
export const storeName = 'composefs';
const store = storeLayout(storeName);

/** The store's times say nothing; fixed ones make the same content the same disk. */
const epoch = {mtimeSec: 0, mtimeNsec: 0, xattrs: undefined};
const folder: Metadata = {mode: 0o755, uid: 0, gid: 0, ...epoch};
/** Objects hold what only some users may read, under the modes that the image gives it. */
const privateFolder: Metadata = {...folder, mode: 0o700};

/** Of every object and of the image. */
export const verityFileMetadata: Metadata = {mode: 0o644, uid: 0, gid: 0, ...epoch};

/** Folders that are there before anything is put into them, parents first; `''` is the root. */
export function storeFolders(): StateEntry[] {
	const prefixes = Array.from({length: 256}, (_, byte) => byte.toString(16).padStart(2, '0'));
	return [
		folderEntry('', folder),
		folderEntry(storeName, privateFolder),
		folderEntry(store.images, folder),
		folderEntry(store.layers, folder),
		folderEntry(store.objects, folder),
		...prefixes.map((prefix) => folderEntry(`${store.objects}/${prefix}`, folder)),
	];
}

function folderEntry(path: ByteString, metadata: Metadata): StateEntry {
	return {
		path,
		inode: {...metadata, type: 'directory', children: new Map()},
		source: undefined,
	};
}

/** The image, then the objects in the content's order. */
export function* verityFiles({image, objects}: SystemContent): Generator<VerityFile, void> {
	yield {
		path: imagePath(store, image.verityDigest),
		verityDigest: image.verityDigest,
		size: image.bytes.length,
		source: {kind: 'bytes', bytes: image.bytes},
		merkleTree: undefined,
	};
	for (const [verityDigest, object] of objects)
		yield {path: objectPath(store, verityDigest), verityDigest, ...object};
}

/**
 * State that can go on a disk: without sockets, which belong to processes that do not exist there.
 * @throws OperationFailed `unsafe-path` for one that could lead out of the root
 */
export function stateEntries({state}: SystemContent): StateEntry[] {
	for (const {path, inode} of state) {
		checkPath(path);
		if (inode.type === 'hardlink') checkPath(inode.target);
	}
	return state.filter(({inode}) => inode.type !== 'socket');
}

function checkPath(path: ByteString): void {
	if (path === '') return;
	if (path.includes('\0') || path.split('/').some((name) => /^\.{0,2}$/.test(name)))
		throw new OperationFailed('unsafe-path', `${printable(path)} is no path below the root`, {
			hint: 'This is a defect in what described the content; please report it.',
		});
}

/** Bytes of all files, for progress. */
export function contentBytes({image, objects, state}: SystemContent): number {
	let total = image.bytes.length;
	for (const {size} of objects.values()) total += size;
	for (const {inode} of state) if (inode.type === 'file') total += inode.size;
	return total;
}
