import {VerityHasher} from '../erofs/fs-verity.ts';
import type {FsVerityAlgorithm} from '../system/system.ts';
import {maxInlineSize} from '../tree/tree.ts';
import type {ContentSink, ContentWriter, StoredContent} from './content-sink.ts';

export interface DigestSinkOptions {
	/** Contents up to this many bytes are remembered; none when absent. */
	readonly keepUpTo?: number;
	/** Most bytes remembered in all; what comes after is not. */
	readonly keepInAll?: number;
}

const defaultKeepInAll = 64 << 20;

/** Stores nothing: only computes what a store would call each content. */
export class DigestSink implements ContentSink {
	readonly #algorithm: FsVerityAlgorithm;
	readonly #keepUpTo: number;
	readonly #kept = new Map<string, Buffer>();
	#keepLeft: number;

	constructor(
		algorithm: FsVerityAlgorithm,
		{keepUpTo = 0, keepInAll = defaultKeepInAll}: DigestSinkOptions = {},
	) {
		this.#algorithm = algorithm;
		this.#keepUpTo = keepUpTo;
		this.#keepLeft = keepInAll;
	}

	begin(size: number): ContentWriter {
		const keeps = size <= this.#keepUpTo && size <= this.#keepLeft;
		if (size <= maxInlineSize) return collect(size, (inline) => ({inline}));
		if (!keeps) return hashing(new VerityHasher(this.#algorithm));
		this.#keepLeft -= size;
		return collect(size, (bytes) => this.#keep(bytes));
	}

	/** A content that was remembered. */
	kept(verityDigest: string): Buffer | undefined {
		return this.#kept.get(verityDigest);
	}

	#keep(bytes: Buffer): StoredContent {
		const hasher = new VerityHasher(this.#algorithm);
		hasher.update(bytes);
		const {digest} = hasher.finish();
		this.#kept.set(digest, bytes);
		return {verityDigest: digest};
	}
}

function collect(size: number, finish: (bytes: Buffer) => StoredContent): ContentWriter {
	const bytes = Buffer.alloc(size);
	let length = 0;
	return {
		write(chunk) {
			length += chunk.copy(bytes, length);
		},
		end: () => finish(bytes),
	};
}

function hashing(hasher: VerityHasher): ContentWriter {
	return {
		write: (chunk) => hasher.update(chunk),
		end: () => ({verityDigest: hasher.finish().digest}),
	};
}
