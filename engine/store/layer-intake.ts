import {existsSync, renameSync} from 'node:fs';
import {verityAlgorithmOf} from '../erofs/fs-verity.ts';
import {DamagedInput} from '../errors.ts';
import type {Digest} from '../oci/digest.ts';
import type {FsVerityAlgorithm} from '../system/system.ts';
import type {ContentSink, StoredContent} from './content-sink.ts';
import type {LayerRecordItem} from './layer-record.ts';
import {readLayerRecord} from './layer-record-reader.ts';
import {LayerRecordWriter} from './layer-record-writer.ts';
import {layerPath, type StoreLayout, unfinishedLayerPath} from './layout.ts';
import {hasObject} from './object-intake.ts';
import {contentWriter, type ObjectSink} from './object-sink.ts';

/** Takes in one layer: the contents of its files, and all else of its tar, in the order of the tar. */
export interface LayerRecording {
	readonly sink: ContentSink;
	/** Takes bytes of the tar that are no content given to the sink; they are copied. */
	raw(chunk: Buffer): void;
	/** Takes where a content of `size` bytes is that was not given to the sink. */
	content(size: number, stored: StoredContent): void;
	/** The layer was read to its end and its diff ID is right: the next commit shows its record. */
	end(): void;
	/** Forgets the record, not the contents. Does nothing after `end`. */
	giveUp(): void;
}

/** What the writer knows of objects. */
export interface WrittenObjects {
	readonly algorithm: FsVerityAlgorithm;
	/** Whether it waits among the unfinished contents. */
	isNew(verityDigest: string): boolean;
	/** An object that the store has is needed by what is being added. */
	use(verityDigests: Iterable<string>): void;
}

/** Writes records of layers into `unfinished/`, and finds those of layers that need not be read. */
export class LayerIntake {
	/** Layers whose records wait there. */
	readonly recorded = new Set<Digest>();
	readonly #layout: StoreLayout;
	readonly #sink: ObjectSink;
	readonly #objects: WrittenObjects;
	#partials = 0;

	constructor(layout: StoreLayout, sink: ObjectSink, objects: WrittenObjects) {
		this.#layout = layout;
		this.#sink = sink;
		this.#objects = objects;
	}

	record(diffId: Digest): LayerRecording {
		const partial = `${this.#layout.unfinished}/partial-layer-${this.#partials++}`;
		const record = new LayerRecordWriter(partial, diffId);
		return {
			sink: recordingSink(this.#sink, record),
			raw: (chunk) => record.raw(chunk),
			content: (size, stored) => record.content(size, stored),
			end: () => {
				record.end();
				renameSync(partial, unfinishedLayerPath(this.#layout, diffId));
				this.recorded.add(diffId);
			},
			giveUp: () => record.giveUp(),
		};
	}

	/** The items of a layer whose record is whole and whose objects are all there; may be read again. */
	known(diffId: Digest): Iterable<LayerRecordItem> | undefined {
		const place = this.recorded.has(diffId) ? unfinishedLayerPath : layerPath;
		const path = place(this.#layout, diffId);
		if (!existsSync(path)) return undefined;
		const items = {[Symbol.iterator]: () => readLayerRecord(path, diffId)};
		const present = this.#presentObjects(items);
		if (present === undefined) return undefined;
		this.#objects.use(present);
		return items;
	}

	/** Undefined when one is missing, not as long as it was, or named by another algorithm. */
	#presentObjects(items: Iterable<LayerRecordItem>): Set<string> | undefined {
		const {algorithm} = this.#objects;
		const present = new Set<string>();
		try {
			for (const item of items) {
				if (item.kind === 'raw' || item.stored.verityDigest === undefined) continue;
				const {verityDigest} = item.stored;
				if (verityAlgorithmOf(verityDigest) !== algorithm) return undefined;
				if (this.#objects.isNew(verityDigest)) continue;
				if (!hasObject(this.#layout, verityDigest, item.size)) return undefined;
				present.add(verityDigest);
			}
		} catch (error) {
			if (error instanceof DamagedInput) return undefined;
			throw error;
		}
		return present;
	}
}

/** The sink says at once where a content will be, so that records have them in the order of the tar. */
function recordingSink(sink: ObjectSink, record: LayerRecordWriter): ContentSink {
	return {
		begin: (size) => {
			const target = sink.target(size);
			return contentWriter({
				write: (chunk) => target.write(chunk),
				end: () => {
					const content = target.end();
					record.content(size, content.stored);
					return content;
				},
			});
		},
	};
}
