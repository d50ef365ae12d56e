import type {Digest} from '../oci/digest.ts';
import type {StoredFile, StoredLayer} from './contents.ts';
import {objectsOfLayer} from './layer-objects.ts';

/**
 * A layer whose record is of no use: it is fetched again when an image has it. Nothing that runs reads
 * records.
 */
export interface UnusableLayer {
	/** Whether the record itself is damaged, or an object of the layer missing or not as long as it was. */
	readonly kind: 'damaged' | 'incomplete';
	readonly diffId: Digest;
	/** Of the record. */
	readonly path: string;
	/** Digests of those objects. */
	readonly objects: readonly string[];
}

/** Objects of the right size are taken for sound, as a pull takes them. */
export function findUnusableLayers(
	layers: readonly StoredLayer[],
	objects: readonly StoredFile[],
): UnusableLayer[] {
	const sizes = new Map(objects.map(({verityDigest, size}) => [verityDigest, size]));
	return layers.flatMap((layer): UnusableLayer[] => {
		const {diffId, path} = layer;
		const needed = objectsOfLayer(layer);
		if (needed === undefined) return [{kind: 'damaged', diffId, path, objects: []}];
		const lacking = [...needed].filter(([digest, size]) => sizes.get(digest) !== size);
		if (lacking.length === 0) return [];
		return [{kind: 'incomplete', diffId, path, objects: lacking.map(([digest]) => digest)}];
	});
}
