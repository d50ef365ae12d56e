import type {Digest} from '../../../engine/oci/digest.ts';
import type {LayerChanges} from '../../../engine/oci/layer-changes.ts';
import {readLayerChanges} from '../../../engine/oci/read-layer.ts';
import {digestOf} from '../../../engine/oci/verified.ts';
import type {Store} from '../../../engine/store/store.ts';
import {chunksOf} from '../tar/read-all.ts';

async function* chunked(tar: Buffer): AsyncGenerator<Buffer> {
	yield* chunksOf(tar, 10_000);
}

/** Takes a layer's tar into a store, with its record; gives what was read. */
export async function addLayer(
	store: Store,
	tar: Buffer,
): Promise<{readonly diffId: Digest; readonly changes: LayerChanges}> {
	const diffId = digestOf(tar);
	await using writer = await store.write();
	const recording = writer.recordLayer(diffId);
	const onRaw = (chunk: Buffer) => recording.raw(chunk);
	const changes = await readLayerChanges(chunked(tar), recording.sink, {onRaw});
	recording.end();
	await writer.commit();
	return {diffId, changes};
}
