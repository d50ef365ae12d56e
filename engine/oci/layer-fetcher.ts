import {noProgress, type ProgressReporter} from '../progress.ts';
import type {ContentSink} from '../store/content-sink.ts';
import {defaultAllowance, type TarAllowance} from '../tar/reader.ts';
import type {ImageLayer} from './image.ts';
import type {LayerChanges} from './layer-changes.ts';
import {layerTar, type SizeAllowance} from './layer-tar.ts';
import {readLayerChanges} from './read-layer.ts';

export interface FetchOptions {
	/** Largest size of all layers together, uncompressed: room on the disk, or a policy. */
	readonly maxBytes?: number;
	readonly allowance?: TarAllowance;
	/** Gets the step `layers`, counted in bytes as transferred. */
	readonly progress?: ProgressReporter;
	readonly signal?: AbortSignal;
}

const defaultMaxBytes = 64 * 2 ** 30;
const step = 'layers';

/** Where the parts of a layer's tar go. */
export interface LayerTarget {
	readonly sink: ContentSink;
	/** Takes the bytes that are no content; the chunk is valid until it returns. */
	raw?(chunk: Buffer): void;
}

/** Reads layers from where the image is, with one allowance and one count for all of them. */
export class LayerFetcher {
	readonly #sizeAllowance: SizeAllowance;
	readonly #allowance: TarAllowance;
	readonly #progress: ProgressReporter;
	readonly #signal: AbortSignal | undefined;
	#transferred = 0;

	constructor({maxBytes = defaultMaxBytes, allowance, progress, signal}: FetchOptions) {
		this.#sizeAllowance = {bytes: maxBytes};
		this.#allowance = allowance ?? defaultAllowance();
		this.#progress = progress ?? noProgress;
		this.#signal = signal;
	}

	/** Bytes so far, of all layers. */
	get transferred(): number {
		return this.#transferred;
	}

	begin(title: string, total: number): void {
		this.#progress({type: 'step', step, title, total, unit: 'bytes'});
	}

	/** The changes of a layer, all of whose digests were right when it returns. */
	fetch(layer: ImageLayer, failed: AbortSignal, target: LayerTarget): Promise<LayerChanges> {
		const onTransferred = (count: number) => {
			failed.throwIfAborted();
			this.#signal?.throwIfAborted();
			this.#transferred += count;
			this.#progress({type: 'advance', step, done: this.#transferred});
		};
		const tar = layerTar(layer, {sizeAllowance: this.#sizeAllowance, onTransferred});
		const onRaw = target.raw?.bind(target);
		return readLayerChanges(tar, target.sink, {
			allowance: this.#allowance,
			...(onRaw && {onRaw}),
		});
	}

	done(): void {
		this.#progress({type: 'done', step});
	}
}
