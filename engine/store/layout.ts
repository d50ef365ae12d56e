import path from 'node:path';
import type {Digest} from '../oci/digest.ts';
import type {FsVerityAlgorithm} from '../system/system.ts';

/**
 * What lies where in a store. Its folder is `composefs` on the physical root.
 *
 *   objects/ab/cdef…    content of regular files above 64 bytes; the name is its fs-verity digest,
 *                       the first byte as a folder. Mode 0644, root. Written once, never changed
 *   images/DIGEST       EROFS image of a root file system, named by its own fs-verity digest
 *   layers/DIFFID       record of a layer, sha256:…: all of its tar but the contents, which are objects
 *                       (see layer-record.ts). Mode 0600. What may be missing: then it is fetched again
 *   content-index-sha256, content-index-sha512
 *                       objects by the SHA-256 of their content (see content-index.ts), those that somebody
 *                       looked for; of which algorithm the objects are is in the name. Mode 0600. May be missing
 *   unfinished/         what a writer has not made visible yet, emptied by the next one: ab/cdef…,
 *                       image-DIGEST, layer-DIFFID, partial-… (content whose digest is not known yet,
 *                       record of a layer that has not been read to its end, a new content index)
 *   lock                held (flock) by whoever writes or removes
 *
 * A name under objects/, images/ or layers/ appears by rename(2), after its content is on the medium, an
 * image or record after its objects. So whatever has a name there is whole, also after a power cut, and
 * no reader needs the lock.
 */
export interface StoreLayout {
	readonly folder: string;
	readonly objects: string;
	readonly images: string;
	readonly layers: string;
	readonly unfinished: string;
	readonly lock: string;
}

export function storeLayout(store: string): StoreLayout {
	return {
		folder: store,
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

export function contentIndexPath(layout: StoreLayout, algorithm: FsVerityAlgorithm): string {
	return `${layout.folder}/content-index-${algorithm}`;
}

/** Where the record of a layer is, or would be. */
export function layerPath(layout: StoreLayout, diffId: Digest): string {
	return `${layout.layers}/${diffId}`;
}

export function unfinishedLayerPath(layout: StoreLayout, diffId: Digest): string {
	return `${layout.unfinished}/layer-${diffId}`;
}
