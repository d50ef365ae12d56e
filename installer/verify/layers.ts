import {createHash} from 'node:crypto';
import {DamagedInput} from '../../engine/errors.ts';
import {type Digest, digestAlgorithm, digestHex, isDigest} from '../../engine/oci/digest.ts';
import type {LayerRecordItem} from '../../engine/store/layer-record.ts';
import {parseLayerRecord} from '../../engine/store/layer-record-reader.ts';
import {layerPath, objectPath, storeLayout} from '../../engine/store/layout.ts';
import {storeName} from '../sink/root-files.ts';
import type {DiskRoot} from './disk-root.ts';
import type {ReadableFoundDeployment} from './find-deployments.ts';
import {textOfPath} from './place-names.ts';
import type {Finding} from './report.ts';

/** The record of a layer of an image, which the disk has. */
export interface FoundLayer {
	readonly diffId: Digest;
	/** In bytes. */
	readonly recordSize: number;
	/** Sizes of its contents that are objects, by their fs-verity digests. */
	readonly objects: ReadonlyMap<string, number>;
}

/** All of a tar but its contents, compressed. */
const maxRecord = 1 << 28;
const store = storeLayout(storeName);
const recordPath = (diffId: Digest) => layerPath(store, diffId);

/** Layers that deployments are made of: what their records name, which of itself proves nothing. */
export function findLayers(
	root: DiskRoot,
	deployments: readonly ReadableFoundDeployment[],
): {readonly layers: readonly FoundLayer[]; readonly findings: readonly Finding[]} {
	const layers: FoundLayer[] = [];
	const findings: Finding[] = [];
	const named = new Set(deployments.flatMap(({origin}) => origin.layers ?? []));
	for (const diffId of [...named].filter(isDigest)) {
		const record = root.read(recordPath(diffId), maxRecord);
		if (record === undefined) {
			findings.push(finding(diffId, 'missing', 'is not there, or cannot be read'));
			continue;
		}
		try {
			layers.push({diffId, recordSize: record.length, objects: objectsIn(record, diffId)});
		} catch (error) {
			if (!(error instanceof DamagedInput)) throw error;
			findings.push(finding(diffId, 'damaged', error.message));
		}
	}
	return {layers, findings};
}

function objectsIn(record: Buffer, diffId: Digest): Map<string, number> {
	const objects = new Map<string, number>();
	for (const item of itemsOf(record, diffId))
		if (item.kind === 'content' && item.stored.verityDigest !== undefined)
			objects.set(item.stored.verityDigest, item.size);
	return objects;
}

/** Makes the tar of each layer again, and finds those whose diff ID is another. */
export function wrongLayers(root: DiskRoot, layers: readonly FoundLayer[]): Finding[] {
	return layers.flatMap(({diffId}) => {
		const record = root.read(recordPath(diffId), maxRecord) ?? Buffer.alloc(0);
		const hash = createHash(digestAlgorithm(diffId));
		for (const item of itemsOf(record, diffId))
			for (const piece of piecesOf(root, item)) hash.update(piece);
		if (hash.digest('hex') === digestHex(diffId)) return [];
		return finding(diffId, 'changed', 'does not make the layer that it is named by');
	});
}

function* piecesOf(root: DiskRoot, item: LayerRecordItem): Generator<Buffer, void> {
	if (item.kind === 'raw') yield item.bytes;
	else if (item.stored.inline !== undefined) yield item.stored.inline;
	else yield* root.pieces(objectPath(store, item.stored.verityDigest ?? ''));
}

function itemsOf(record: Buffer, diffId: Digest): Generator<LayerRecordItem, undefined> {
	let at = 0;
	const read = (buffer: Buffer): number => {
		const count = record.copy(buffer, 0, at);
		at += count;
		return count;
	};
	return parseLayerRecord(read, diffId);
}

function finding(diffId: Digest, kind: Finding['kind'], problem: string): Finding {
	return {kind, path: textOfPath(recordPath(diffId)), problem};
}
