import {DamagedInput} from '../errors.ts';
import {noProgress, type ProgressReporter} from '../progress.ts';
import type {ContentSink} from '../store/content-sink.ts';
import {defaultAllowance, type TarAllowance} from '../tar/reader.ts';
import type {Directory} from '../tree/tree.ts';
import {applyChanges, emptyDirectory} from './apply-changes.ts';
import type {Image, ImageLayer} from './image.ts';
import {type LayerChanges, readLayerChanges} from './layer-changes.ts';
import {layerTar} from './layer-tar.ts';

/** While one layer is hashed here, another is decompressed in zlib's threads. */
const lanes = 2;

export interface ApplyLayersOptions {
	/** Largest size of all layers together, uncompressed: room on the disk, or a policy. */
	readonly maxBytes?: number;
	readonly allowance?: TarAllowance;
	/** Gets the step `layers`, counted in bytes as transferred. */
	readonly progress?: ProgressReporter;
	readonly signal?: AbortSignal;
}

export const defaultMaxBytes = 64 * 2 ** 30;

/**
 * The tree of an image, its layers applied from the lowest up, every content given to the sink. All
 * digests were right when this returns; until then the sink's contents may not be used.
 * @throws DamagedInput with the layer, the entry and its place
 */
export async function applyLayers(
	image: Image,
	sink: ContentSink,
	options: ApplyLayersOptions = {},
): Promise<Directory> {
	const {progress = noProgress} = options;
	const total = image.layers.reduce((sum, {size}) => sum + size, 0);
	progress({type: 'step', step: 'layers', title: 'Reading the image', total, unit: 'bytes'});
	const read = layerReader(sink, options);
	const root = emptyDirectory();
	await inOrder(image.layers, read, (changes, layer) =>
		named(layer, async () => applyChanges(root, changes)),
	);
	progress({type: 'done', step: 'layers'});
	return root;
}

/** Reads layers with one allowance and one count for all of them. */
function layerReader(sink: ContentSink, options: ApplyLayersOptions) {
	const {progress = noProgress, allowance = defaultAllowance(), maxBytes, signal} = options;
	const sizeAllowance = {bytes: maxBytes ?? defaultMaxBytes};
	let done = 0;
	const onTransferred = (count: number) => {
		signal?.throwIfAborted();
		done += count;
		progress({type: 'advance', step: 'layers', done});
	};
	return (layer: ImageLayer, failed: AbortSignal): Promise<LayerChanges> => {
		const onCount = (count: number) => {
			failed.throwIfAborted();
			onTransferred(count);
		};
		const tar = layerTar(layer, {sizeAllowance, onTransferred: onCount});
		return named(layer, () => readLayerChanges(tar, sink, {allowance}));
	};
}

/**
 * Runs `read` on a few items at once and `use` on the results in the order of the items. The first
 * failure stops all the others, and is thrown when they have stopped.
 */
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
