import {maxInlineSize} from '../tree/tree.ts';
import type {StoredContent} from './content-sink.ts';

/**
 * The record of a layer: all of its tar but the contents of files, and where those are in the store.
 * It gives the layer's tree without the layer, and with the objects its tar again, byte for byte.
 *
 *   "slipway-layer-1\n"    the digit is the version
 *   u8, text               the layer's diff ID, its length before it
 *   u32, zstd frame        a piece of the body of at most 1 MiB, the length of the frame before it
 *   …
 *   u32                    0, after the last frame
 *   32 bytes               SHA-256 of all bytes before it; nothing follows
 *
 * The body is items, each whole in one frame, in the order of the tar:
 *
 *   1, u32, bytes          the tar as it is: headers, padding, what nobody wants, what follows its end
 *   2, u8, bytes           a content of up to 64 bytes
 *   3, u64, 32 bytes       size and fs-verity digest (SHA-256) of a content that is an object
 *   4, u64, 64 bytes       the same with SHA-512
 *
 * Numbers are little-endian. Whoever reads needs one frame in memory, whatever a record claims.
 */
export type LayerRecordItem =
	/** The bytes are valid only until the next item is asked for. */
	| {readonly kind: 'raw'; readonly bytes: Buffer}
	| {readonly kind: 'content'; readonly size: number; readonly stored: StoredContent};

export const recordMagic = Buffer.from('slipway-layer-1\n');
export const maxFrameContent = 1 << 20;
export const recordHashSize = 32;

export const itemKinds = {raw: 1, inline: 2, sha256: 3, sha512: 4} as const;

/** Bytes of an item before those of the tar. */
export const rawHeadSize = 5;
/** Of the largest item that holds a content. */
export const maxContentItemSize = 1 + Math.max(1 + maxInlineSize, 8 + 64);
