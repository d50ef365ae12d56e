import {DamagedInput} from '../errors.ts';
import type {StoredLayer} from './contents.ts';
import {readLayerRecord} from './layer-record-reader.ts';

/**
 * The objects that a layer has, whether they are there or not: their sizes by their digests. Undefined
 * when its record is damaged, so that nobody can tell.
 */
export function objectsOfLayer({path, diffId}: StoredLayer): Map<string, number> | undefined {
	const sizes = new Map<string, number>();
	try {
		for (const item of readLayerRecord(path, diffId))
			if (item.kind === 'content' && item.stored.verityDigest !== undefined)
				sizes.set(item.stored.verityDigest, item.size);
	} catch (error) {
		if (error instanceof DamagedInput) return undefined;
		throw error;
	}
	return sizes;
}
