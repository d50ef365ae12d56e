import path from 'node:path';

/**
 * What lies where in a store. Its folder is `composefs` on the physical root.
 *
 *   objects/ab/cdef…    content of regular files above 64 bytes; the name is its fs-verity digest,
 *                       the first byte as a folder. Mode 0644, root. Written once, never changed
 *   images/DIGEST       EROFS image of a root file system, named by its own fs-verity digest
 *   layers/DIFFID       records of layers
 *   unfinished/         what a writer has not made visible yet, emptied by the next one: ab/cdef…,
 *                       image-DIGEST, partial-… (content whose digest is not known yet)
 *   lock                held (flock) by whoever writes or removes
 *
 * A name under objects/ or images/ appears by rename(2), after its content is on the medium. So
 * whatever has a name there is whole, also after a power cut, and no reader needs the lock.
 */
export interface StoreLayout {
	readonly objects: string;
	readonly images: string;
	readonly layers: string;
	readonly unfinished: string;
	readonly lock: string;
}

export function storeLayout(store: string): StoreLayout {
	return {
		objects: path.join(store, 'objects'),
		images: path.join(store, 'images'),
		layers: path.join(store, 'layers'),
		unfinished: path.join(store, 'unfinished'),
		lock: path.join(store, 'lock'),
	};
}

/** Where an object is, or would be. */
export function objectPath(layout: StoreLayout, verityDigest: string): string {
	return `${layout.objects}/${verityDigest.slice(0, 2)}/${verityDigest.slice(2)}`;
}

export function imagePath(layout: StoreLayout, verityDigest: string): string {
	return `${layout.images}/${verityDigest}`;
}

/** Content of a digest that a writer has taken in and not yet made visible. */
export function unfinishedPath(layout: StoreLayout, verityDigest: string): string {
	return `${layout.unfinished}/${verityDigest.slice(0, 2)}/${verityDigest.slice(2)}`;
}

export function unfinishedImagePath(layout: StoreLayout, verityDigest: string): string {
	return `${layout.unfinished}/image-${verityDigest}`;
}
