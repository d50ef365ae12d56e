import type {ContentSink} from '../store/content-sink.ts';
import type {Directory} from '../tree/tree.ts';
import {applyInOrder} from './apply-in-order.ts';
import type {Image} from './image.ts';
import {type FetchOptions, LayerFetcher} from './layer-fetcher.ts';

/**
 * The tree of an image, its layers applied from the lowest up, every content given to the sink. All
 * digests were right when this returns; until then the sink's contents may not be used.
 * @throws DamagedInput with the layer, the entry and its place
 */
export async function applyLayers(
	image: Image,
	sink: ContentSink,
	options: FetchOptions = {},
): Promise<Directory> {
	const fetcher = new LayerFetcher(options);
	const total = image.layers.reduce((sum, {size}) => sum + size, 0);
	fetcher.transfer.begin('Reading the image', total);
	const root = await applyInOrder(image.layers, (layer, failed) =>
		fetcher.fetch(layer, failed, {sink}),
	);
	fetcher.transfer.done();
	return root;
}
