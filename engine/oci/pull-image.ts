import {DamagedInput} from '../errors.ts';
import {checkRoom, orNoRoom, type Room} from '../store/room.ts';
import type {StoreWriter} from '../store/writer.ts';
import {defaultAllowance, type TarAllowance} from '../tar/reader.ts';
import type {ReadContent} from '../tree/selinux.ts';
import {type DeployedTree, deploymentImage} from '../tree/transform.ts';
import type {Directory} from '../tree/tree.ts';
import {applyInOrder, type ReadLayer} from './apply-in-order.ts';
import {fetchChunked, mayComeInFiles} from './chunked/fetch-chunked.ts';
import type {Image, ImageLayer} from './image.ts';
import {findKnownLayers, readKnownLayer} from './known-layers.ts';
import type {LayerChanges} from './layer-changes.ts';
import {type FetchOptions, LayerFetcher} from './layer-fetcher.ts';

/** An image whose contents a writer has taken in. */
export interface PulledImage {
	/** As the layers make it, with the digests of all contents. */
	readonly root: Directory;
	/** What a deployment makes of it; the writer has it too. */
	readonly image: DeployedTree;
	/** Of files of either tree, as long as the writer is open. */
	readonly readContent: ReadContent;
	readonly layersFetched: number;
	/** Those that were recorded, and layers that the image has once more. */
	readonly layersKnown: number;
	/** Of the layers, as transferred; of a zstd:chunked one perhaps only what the store lacked. */
	readonly bytesFetched: number;
	/** For {@link orNoRoom} around the commit, which needs some room too. */
	readonly room: Room;
}

/**
 * Takes an image into a store. Layers that the store knows come from their records, all others are
 * fetched and recorded. The caller commits, which makes image, records and objects visible, and
 * disposes of the writer, which gives back the room of what was not committed.
 *
 * The sizes of the layers that are to be transferred are taken for the least that the image needs:
 * how much they hold that the store has is known only when they were read. Of a zstd:chunked layer its
 * table of contents tells before anything else is transferred.
 * @throws Refused `no-room`, before anything is transferred or when the disk is full
 * @throws DamagedInput with the layer, the entry and its place
 */
export async function pullImage(
	image: Image,
	writer: StoreWriter,
	options: FetchOptions = {},
): Promise<PulledImage> {
	const allowance = options.allowance ?? defaultAllowance();
	const known = await findKnownLayers(image.layers, writer, allowance, options.signal);
	const missing = missingLayers(image.layers, known);
	const room = roomOf(writer);
	checkRoom(room, sizeOf(missing.filter((layer) => !mayComeInFiles(layer))));
	const fetcher = new LayerFetcher({...options, allowance});
	const read = layerReader(writer, fetcher, known, allowance);
	const readContent = contentReader(writer);
	const pull = async () => {
		if (missing.length > 0) fetcher.transfer.begin('Fetching the image', sizeOf(missing));
		const root = await applyInOrder(image.layers, read);
		if (missing.length > 0) fetcher.transfer.done();
		options.signal?.throwIfAborted();
		const deployed = await deploymentImage(root, writer.algorithm, readContent);
		writer.addImage(deployed.bytes);
		return {root, image: deployed};
	};
	return {
		...(await orNoRoom(room, pull, () => fetcher.transfer.remaining)),
		readContent,
		layersFetched: missing.length,
		layersKnown: image.layers.length - missing.length,
		bytesFetched: fetcher.transfer.bytes,
		room,
	};
}

function roomOf(writer: StoreWriter): Room {
	return {folder: writer.path, free: writer.freeBytes()};
}

function sizeOf(layers: readonly ImageLayer[]): number {
	return layers.reduce((sum, {size}) => sum + size, 0);
}

/** Contents from the objects, so that no layer is read twice for what a deployment depends on. */
function contentReader(writer: StoreWriter): ReadContent {
	return ({size, inline, verityDigest = ''}) =>
		size === 0 ? Buffer.alloc(0) : (inline ?? writer.readObject(verityDigest));
}

type KnownLayers = ReadonlyMap<ImageLayer, LayerChanges>;

/** One of those that the image has several times. */
function missingLayers(layers: readonly ImageLayer[], known: KnownLayers): ImageLayer[] {
	const missing = layers.filter((layer) => !known.has(layer));
	return [...new Map(missing.toReversed().map((layer) => [layer.diffId, layer])).values()];
}

/** Gets each layer from where it is; one that the image has again, from what was just recorded. */
function layerReader(
	writer: StoreWriter,
	fetcher: LayerFetcher,
	known: KnownLayers,
	allowance: TarAllowance,
): ReadLayer {
	const fetching = new Map<string, Promise<LayerChanges>>();
	return async (layer, failed) => {
		const changes = known.get(layer);
		if (changes !== undefined) return changes;
		const first = fetching.get(layer.diffId);
		if (first === undefined) {
			const fetched = fetchAndRecord(layer, failed, writer, fetcher);
			fetching.set(layer.diffId, fetched);
			return fetched;
		}
		await first;
		const again = await readKnownLayer(layer, writer, allowance);
		if (again === undefined) throw new DamagedInput('its record was damaged as it was written');
		return again;
	};
}

async function fetchAndRecord(
	layer: ImageLayer,
	failed: AbortSignal,
	writer: StoreWriter,
	fetcher: LayerFetcher,
): Promise<LayerChanges> {
	const recording = writer.recordLayer(layer.diffId);
	try {
		const checkMore = (bytes: number) => checkRoom(roomOf(writer), bytes);
		const intake = {writer, recording, fetcher, failed, checkRoom: checkMore};
		let changes = await fetchChunked(layer, intake);
		if (changes === undefined) {
			if (mayComeInFiles(layer)) checkMore(layer.size);
			changes = await fetcher.fetch(layer, failed, recording);
		}
		recording.end();
		return changes;
	} finally {
		recording.giveUp();
	}
}
