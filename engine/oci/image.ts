import type {ImageConfig} from './config.ts';
import type {Descriptor} from './descriptor.ts';
import type {Digest} from './digest.ts';
import type {Platform} from './platform.ts';

/** Somewhere an image can be had from: a registry, a layout, an archive. */
export interface ImageSource {
	/** For people, such as `oci-archive:myos.tar`. */
	readonly name: string;
	/**
	 * Finds the image for a platform and checks all but its layers, which are not read yet.
	 * @throws DamagedInput
	 * @throws Refused `no-such-platform`, `no-such-image`, `unsupported-image`
	 */
	open(platform: Platform): Promise<Image>;
}

export interface Image {
	/**
	 * What the source's name led to: the index's bytes if it was one, else the manifest's. Updates are
	 * noticed by its digest. A docker archive has neither.
	 */
	readonly top: RawDocument | undefined;
	/** Of the platform's image: what signatures sign. */
	readonly manifest: RawDocument | undefined;
	readonly config: RawDocument & ImageConfig;
	/** The lowest first. */
	readonly layers: readonly ImageLayer[];
}

/** Bytes exactly as they were received, since digests and signatures are of those. */
export interface RawDocument {
	readonly bytes: Buffer;
	readonly digest: Digest;
}

/** Bytes of a blob, from `start` up to `end`, which is excluded. */
export interface BlobSpan {
	readonly start: number;
	readonly end: number;
}

export interface ImageLayer {
	/** Of the uncompressed tar. */
	readonly diffId: Digest;
	/** Bytes to transfer. */
	readonly size: number;
	/** What `open` gives; absent in docker archives, where the diff ID alone says what is right. */
	readonly descriptor: Descriptor | undefined;
	/** The bytes as transferred, not verified: compressed in whatever way. May be called again. */
	open(): AsyncIterable<Buffer>;
	/**
	 * A part of the bytes as transferred, not verified; absent where all of them are at hand anyway. May
	 * be called several times at once.
	 * @throws OperationFailed `registry-no-ranges` when only the whole is to be had after all
	 */
	range?(span: BlobSpan): AsyncIterable<Buffer>;
}
