import {createHash} from 'node:crypto';
import {zstdCompressSync, zstdDecompressSync} from 'node:zlib';
import type {Digest} from '../../../engine/oci/digest.ts';
import type {LayerRecordItem} from '../../../engine/store/layer-record.ts';
import {layerPath, storeLayout} from '../../../engine/store/layout.ts';
import type {Store} from '../../../engine/store/store.ts';

/** Where the record of a layer is in a store. */
export function recordPath(store: Store, diffId: Digest): string {
	return layerPath(storeLayout(store.path), diffId);
}

/** A record with the right hash at its end, whatever its frames are. */
export function sealFrames(diffId: string, frames: readonly Buffer[]): Buffer {
	const parts: Buffer[] = [
		Buffer.from(`slipway-layer-1\n${String.fromCharCode(diffId.length)}${diffId}`),
	];
	for (const frame of frames) parts.push(u32(frame.length), frame);
	parts.push(u32(0));
	const bytes = Buffer.concat(parts);
	return Buffer.concat([bytes, createHash('sha256').update(bytes).digest()]);
}

/** The same of bodies that are yet to be compressed. */
export function sealRecord(diffId: string, ...bodies: readonly Buffer[]): Buffer {
	return sealFrames(
		diffId,
		bodies.map((body) => zstdCompressSync(body)),
	);
}

/** What the frames of a sound record hold. */
export function bodiesOf(record: Buffer): Buffer[] {
	const bodies: Buffer[] = [];
	for (let at = 17 + (record[16] ?? 0); ; ) {
		const size = record.readUInt32LE(at);
		if (size === 0) return bodies;
		bodies.push(zstdDecompressSync(record.subarray(at + 4, at + 4 + size)));
		at += 4 + size;
	}
}

export function u32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value);
	return bytes;
}

export function u64(value: bigint): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64LE(value);
	return bytes;
}

/** Items as they can be kept: bytes of the tar are valid only until the next item. */
export function collectItems(items: Iterable<LayerRecordItem>): LayerRecordItem[] {
	return Array.from(items, (item) =>
		item.kind === 'raw' ? {kind: 'raw', bytes: Buffer.from(item.bytes)} : item,
	);
}
