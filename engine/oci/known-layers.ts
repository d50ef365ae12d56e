import {DamagedInput} from '../errors.ts';
import type {StoreWriter} from '../store/writer.ts';
import type {TarAllowance} from '../tar/reader.ts';
import type {ImageLayer} from './image.ts';
import type {LayerChanges} from './layer-changes.ts';
import {readRecordedChanges} from './read-record.ts';

/**
 * The changes of those layers that a store knows whole; a record that is of no use counts for none.
 * What they have in them is taken off the allowance.
 */
export async function findKnownLayers(
	layers: readonly ImageLayer[],
	writer: StoreWriter,
	allowance: TarAllowance,
	signal: AbortSignal | undefined,
): Promise<Map<ImageLayer, LayerChanges>> {
	const known = new Map<ImageLayer, LayerChanges>();
	for (const layer of layers) {
		signal?.throwIfAborted();
		const left = {...allowance};
		const changes = await orUnknown(readKnownLayer(layer, writer, left));
		if (changes === undefined) continue;
		Object.assign(allowance, left);
		known.set(layer, changes);
	}
	return known;
}

/** @throws DamagedInput when what is recorded is not a layer */
export async function readKnownLayer(
	{diffId}: ImageLayer,
	writer: StoreWriter,
	allowance: TarAllowance,
): Promise<LayerChanges | undefined> {
	const items = writer.knownLayer(diffId);
	return items && readRecordedChanges(items, {allowance});
}

async function orUnknown<T>(work: Promise<T>): Promise<T | undefined> {
	try {
		return await work;
	} catch (error) {
		if (error instanceof DamagedInput) return undefined;
		throw error;
	}
}
