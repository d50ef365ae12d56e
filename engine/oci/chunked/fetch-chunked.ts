import {DamagedInput} from '../../errors.ts';
import type {StoredContent} from '../../store/content-sink.ts';
import type {LayerRecording} from '../../store/layer-intake.ts';
import type {StoreWriter} from '../../store/writer.ts';
import type {Digest} from '../digest.ts';
import type {BlobSpan, ImageLayer} from '../image.ts';
import {type LayerChanges, setContent} from '../layer-changes.ts';
import type {LayerFetcher} from '../layer-fetcher.ts';
import {verified} from '../verified.ts';
import {type ChunkedPlaces, chunkedPlaces} from './annotations.ts';
import {fetchFiles} from './fetch-files.ts';
import {type ChunkedLayer, readChunked} from './read-chunked.ts';
import {rebuildTar} from './rebuild-tar.ts';
import {planRequests, sumOf} from './span-plan.ts';
import {readTarSplit} from './tar-split.ts';
import {wantedContents} from './wanted-contents.ts';

/** Who takes in a layer, and how far that may go. */
export interface ChunkedIntake {
	readonly writer: StoreWriter;
	/** Of this layer; the caller ends it, or gives it up. */
	readonly recording: LayerRecording;
	readonly fetcher: LayerFetcher;
	/** Once it aborts nobody wants the layer any more. */
	readonly failed: AbortSignal;
	/** @throws Refused when there is no room for so many bytes more */
	checkRoom(bytes: number): void;
}

/** A layer of which more than this is missing comes whole, in one stream. */
const wholeShare = 15 / 16;

/** Whether {@link fetchChunked} would try: then nobody knows yet how much will be transferred. */
export function mayComeInFiles({range, descriptor}: ImageLayer): boolean {
	if (range === undefined || descriptor === undefined) return false;
	return chunkedPlaces(descriptor).kind === 'chunked';
}

/**
 * Takes in a zstd:chunked layer by fetching only the files that the store lacks. What is recorded is what
 * its tar says, which is rebuilt and compared with the diff ID; the table of contents only says what need
 * not be fetched, and has to agree with it.
 * @returns undefined when the layer has to be fetched whole: nothing of it was taken in then
 * @throws DamagedInput when a digest is wrong or the two disagree, Refused `no-room`
 */
export async function fetchChunked(
	layer: ImageLayer,
	intake: ChunkedIntake,
): Promise<LayerChanges | undefined> {
	const {writer, fetcher, failed} = intake;
	const {transfer} = fetcher;
	const source = chunkedSource(layer, intake);
	if (source === undefined || writer.contents.isEmpty) return undefined;
	const {places, range} = source;
	const trial = fetcher.tryAllowance();
	const readDocument = (span: BlobSpan) => transfer.countedExtra(range(span), failed);
	const chunked = await readChunked(readDocument, places, trial.allowance);
	if (chunked.kind === 'whole') {
		tellReason(layer, intake, chunked.reason);
		return undefined;
	}
	const wanted = wantedContents(chunked.outline.files);
	const sizes = new Map(wanted.values().map(({digest, size}) => [digest, size]));
	const stored = await writer.contents.find(sizes, failed);
	const missing = [...wanted.values()].filter(({digest}) => !stored.has(digest));
	const requests = planRequests(missing);
	const toFetch = sumOf(requests);
	if (toFetch > wholeShare * layer.size) return undefined;
	trial.take(chunked.outline.size, 'it');
	intake.checkRoom(missing.reduce((sum, {size}) => sum + size, 0));
	transfer.spare(layer.size - toFetch);
	await fetchFiles(requests, (span) => transfer.counted(range(span), failed), {
		sink: writer.sink(),
		taken: ({digest}, content) => {
			stored.set(digest, content);
			writer.contents.note(digest, content);
		},
	});
	await record(layer, {chunked, places, stored}, intake);
	return chunked.outline.changes;
}

interface ChunkedSource {
	readonly places: ChunkedPlaces;
	readonly range: (span: BlobSpan) => AsyncIterable<Buffer>;
}

/** Undefined for a layer that can only be had whole. */
function chunkedSource(layer: ImageLayer, intake: ChunkedIntake): ChunkedSource | undefined {
	const {descriptor} = layer;
	const range = layer.range?.bind(layer);
	if (range === undefined || descriptor === undefined) return undefined;
	const verdict = chunkedPlaces(descriptor);
	switch (verdict.kind) {
		case 'chunked':
			return {places: verdict.places, range};
		case 'whole':
			if (verdict.reason !== undefined) tellReason(layer, intake, verdict.reason);
			return undefined;
		case 'ambiguous':
			throw new DamagedInput('it is marked as zstd:chunked and as eStargz', {
				hint: 'Push the image again, in one of both formats.',
			});
	}
}

function tellReason(layer: ImageLayer, {fetcher}: ChunkedIntake, reason: string): void {
	const name = layer.descriptor?.digest ?? layer.diffId;
	fetcher.transfer.warn('layer-fetched-whole', `layer ${name} is fetched whole: ${reason}`);
}

/** Rebuilds the tar of a layer whose contents are all stored: it has to be the one that the image means. */
async function record(
	{diffId}: ImageLayer,
	layer: {
		readonly chunked: ChunkedLayer;
		readonly places: ChunkedPlaces;
		readonly stored: ReadonlyMap<Digest, StoredContent>;
	},
	{writer, recording, fetcher, failed}: ChunkedIntake,
): Promise<void> {
	const {files} = layer.chunked.outline;
	const contents = files.map(({file, digest}) => {
		const content = layer.stored.get(digest);
		if (content === undefined) throw new RangeError(`content ${digest} was not fetched`);
		setContent(file, content);
		return content;
	});
	const segments = readTarSplit(layer.chunked.tarSplit, layer.places.tarSplit.size);
	const tar = rebuildTar(segments, {contents, read: writer.contentReader(), recording});
	for await (const _ of verified(tar, {what: 'uncompressed layer', digest: diffId}))
		fetcher.transfer.throwIfStopped(failed);
}
