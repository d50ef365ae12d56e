import type {Digest} from '../oci/digest.ts';
import {contentPieceSize, contentPieces} from './content-pieces.ts';
import {readLayerRecord} from './layer-record-reader.ts';
import {layerPath, objectPath, type StoreLayout} from './layout.ts';

/**
 * The tar of a recorded layer, byte for byte, out of the store. A piece is valid until the next is
 * asked for. Objects are not hashed here: who needs certainty compares the whole with the diff ID.
 * @throws DamagedInput when the record is damaged, or an object is missing or not as long as it was
 */
export function* rebuildLayer(layout: StoreLayout, diffId: Digest): Generator<Buffer, undefined> {
	const buffer = Buffer.allocUnsafeSlow(contentPieceSize);
	const pathOf = (verityDigest: string) => objectPath(layout, verityDigest);
	for (const item of readLayerRecord(layerPath(layout, diffId), diffId))
		if (item.kind === 'raw') yield item.bytes;
		else yield* contentPieces(pathOf, item, buffer);
	return undefined;
}
