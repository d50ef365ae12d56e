import {closeSync, openSync, readSync} from 'node:fs';
import {DamagedInput} from '../errors.ts';
import type {Digest} from '../oci/digest.ts';
import type {LayerRecordItem} from './layer-record.ts';
import {readLayerRecord} from './layer-record-reader.ts';
import {layerPath, objectPath, type StoreLayout} from './layout.ts';

const pieceSize = 1 << 20;

/**
 * The tar of a recorded layer, byte for byte, out of the store. A piece is valid until the next is
 * asked for. Objects are not hashed here: who needs certainty compares the whole with the diff ID.
 * @throws DamagedInput when the record is damaged, or an object is missing or not as long as it was
 */
export function* rebuildLayer(layout: StoreLayout, diffId: Digest): Generator<Buffer, undefined> {
	const buffer = Buffer.allocUnsafeSlow(pieceSize);
	for (const item of readLayerRecord(layerPath(layout, diffId), diffId))
		if (item.kind === 'raw') yield item.bytes;
		else yield* contentPieces(layout, item, buffer);
	return undefined;
}

function* contentPieces(
	layout: StoreLayout,
	{size, stored}: Extract<LayerRecordItem, {kind: 'content'}>,
	buffer: Buffer,
): Generator<Buffer, undefined> {
	const {inline, verityDigest = ''} = stored;
	if (inline !== undefined) {
		yield inline;
		return undefined;
	}
	let left = size;
	using object = openObject(objectPath(layout, verityDigest), verityDigest);
	for (;;) {
		const count = readSync(object.fd, buffer, 0, pieceSize, null);
		left -= count;
		if (count === 0 || left < 0) break;
		yield buffer.subarray(0, count);
	}
	if (left !== 0) throw new DamagedInput(`object ${verityDigest} is not ${size} bytes long`);
	return undefined;
}

function openObject(path: string, verityDigest: string): {readonly fd: number} & Disposable {
	try {
		const fd = openSync(path, 'r');
		return {fd, [Symbol.dispose]: () => closeSync(fd)};
	} catch (cause) {
		throw new DamagedInput(`object ${verityDigest} cannot be read`, {cause});
	}
}
