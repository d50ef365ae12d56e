import {noProgress, type ProgressReporter} from '../progress.ts';
import type {ContentSink} from '../store/content-sink.ts';
import {defaultAllowance, type TarAllowance} from '../tar/reader.ts';
import type {ImageLayer} from './image.ts';
import type {LayerChanges} from './layer-changes.ts';
import {layerTar, type SizeAllowance, takeSize} from './layer-tar.ts';
import {readLayerChanges} from './read-layer.ts';
import {Transfer} from './transfer.ts';

export interface FetchOptions {
	/** Largest size of all layers together, uncompressed: room on the disk, or a policy. */
	readonly maxBytes?: number;
	readonly allowance?: TarAllowance;
	/** Gets the step `layers`, counted in bytes as transferred. */
	readonly progress?: ProgressReporter;
	readonly signal?: AbortSignal;
}

const defaultMaxBytes = 64 * 2 ** 30;

/** Where the parts of a layer's tar go. */
export interface LayerTarget {
	readonly sink: ContentSink;
	/** Takes the bytes that are no content; the chunk is valid until it returns. */
	raw?(chunk: Buffer): void;
}

/** What reading a tar takes of the allowances; nothing, unless it is taken. */
export interface TrialAllowance {
	readonly allowance: TarAllowance;
	/** @throws DamagedInput when a tar of so many bytes is not allowed */
	take(tarSize: number, what: string): void;
}

/** Reads layers from where the image is, with one allowance and one count for all of them. */
export class LayerFetcher {
	readonly transfer: Transfer;
	readonly #sizeAllowance: SizeAllowance;
	readonly #allowance: TarAllowance;

	constructor({maxBytes = defaultMaxBytes, allowance, progress, signal}: FetchOptions) {
		this.transfer = new Transfer(progress ?? noProgress, signal);
		this.#sizeAllowance = {bytes: maxBytes};
		this.#allowance = allowance ?? defaultAllowance();
	}

	/** The changes of a layer, all of whose digests were right when it returns. */
	fetch(layer: ImageLayer, failed: AbortSignal, target: LayerTarget): Promise<LayerChanges> {
		const onTransferred = (count: number) => this.transfer.count(count, failed);
		const tar = layerTar(layer, {sizeAllowance: this.#sizeAllowance, onTransferred});
		const onRaw = target.raw?.bind(target);
		return readLayerChanges(tar, target.sink, {
			allowance: this.#allowance,
			...(onRaw && {onRaw}),
		});
	}

	/** For a tar that is read by somebody else, and perhaps here again. */
	tryAllowance(): TrialAllowance {
		const before = {...this.#allowance};
		const left = {...before};
		return {
			allowance: left,
			take: (tarSize, what) => {
				takeSize(this.#sizeAllowance, tarSize, what);
				this.#allowance.entries -= before.entries - left.entries;
				this.#allowance.extensionBytes -= before.extensionBytes - left.extensionBytes;
			},
		};
	}
}
