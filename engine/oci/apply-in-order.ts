import {DamagedInput} from '../errors.ts';
import {emptyDirectory} from '../tree/empty-directory.ts';
import type {Directory} from '../tree/tree.ts';
import {applyChanges} from './apply-changes.ts';
import type {ImageLayer} from './image.ts';
import type {LayerChanges} from './layer-changes.ts';

/** While one layer is hashed here, another is decompressed in zlib's threads. */
const lanes = 2;

/** Gets the changes of a layer. Once `failed` aborts nobody wants them any more. */
export type ReadLayer = (layer: ImageLayer, failed: AbortSignal) => Promise<LayerChanges>;

/**
 * The tree of layers, applied from the lowest up; several are read at once. The first failure stops
 * all the others, and is thrown when they have stopped.
 * @throws DamagedInput with the layer, the entry and its place
 */
export async function applyInOrder(
	layers: readonly ImageLayer[],
	read: ReadLayer,
): Promise<Directory> {
	const root = emptyDirectory();
	await inOrder(
		layers,
		(layer, failed) => named(layer, () => read(layer, failed)),
		(changes, layer) => named(layer, async () => applyChanges(root, changes)),
	);
	return root;
}

/** Runs `read` on a few items at once and `use` on the results in the order of the items. */
async function inOrder<Item, Result>(
	items: readonly Item[],
	read: (item: Item, failed: AbortSignal) => Promise<Result>,
	use: (result: Result, item: Item) => Promise<void>,
): Promise<void> {
	const stop = new AbortController();
	const running: Promise<Result>[] = [];
	const start = (index: number) => {
		const item = items[index];
		if (item === undefined) return;
		const result = read(item, stop.signal);
		// The others fail with the same error then, so it is the first that is thrown below.
		result.catch((error: unknown) => stop.abort(error));
		running[index] = result;
	};
	for (let index = 0; index < lanes; index++) start(index);
	try {
		for (const [index, item] of items.entries()) {
			const result = await running[index];
			start(index + lanes);
			if (result !== undefined) await use(result, item);
		}
	} catch (error) {
		stop.abort(error);
		await Promise.allSettled(running);
		throw stop.signal.reason;
	}
}

/** Adds to an error which layer it is about. */
async function named<Result>(layer: ImageLayer, work: () => Promise<Result>): Promise<Result> {
	const name = layer.descriptor?.digest ?? layer.diffId;
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof DamagedInput) || error.message.includes(name)) throw error;
		const hint = error.hint === undefined ? {} : {hint: error.hint};
		throw new DamagedInput(`layer ${name}: ${error.message}`, {...hint, cause: error});
	}
}
