import type {Descriptor} from '../descriptor.ts';
import {type Digest, isDigest} from '../digest.ts';
import type {BlobSpan} from '../image.ts';

/** A compressed document in a layer's blob, and its size in bytes when it is not compressed. */
export interface DocumentSpan extends BlobSpan {
	readonly size: number;
}

/** Where a zstd:chunked layer says what is where in it. */
export interface ChunkedPlaces {
	/** The table of contents, which says where in the blob each file is. */
	readonly toc: DocumentSpan;
	/** Of the table as it is in the blob, compressed. */
	readonly tocDigest: Digest;
	/** All of the layer's tar but the contents of files. */
	readonly tarSplit: DocumentSpan;
}

export type ChunkedVerdict =
	| {readonly kind: 'chunked'; readonly places: ChunkedPlaces}
	/** An ordinary layer, or one that has to be read like one for the reason that is given. */
	| {readonly kind: 'whole'; readonly reason?: string}
	/** It is marked as eStargz too, and could be read in two ways. */
	| {readonly kind: 'ambiguous'};

const prefix = 'io.github.containers.zstd-chunked.';
const estargz = 'containerd.io/snapshot/stargz/toc.digest';
/** Of both documents, compressed; and of the tar-split, which is read as a stream. */
const maxDocumentSize = 150 << 20;
/** It is held in memory, and as text again while it is read. */
const maxTocSize = 64 << 20;
const jsonToc = 1;

/**
 * Whether the files of a layer can be fetched one by one, by the annotations that the manifest has for it
 * (the footer in the blob says the same, and no signature covers it).
 */
export function chunkedPlaces({annotations, size}: Descriptor): ChunkedVerdict {
	const tocDigest = annotations[`${prefix}manifest-checksum`];
	const tarSplitPosition = annotations[`${prefix}tarsplit-position`];
	if (tocDigest === undefined) return {kind: 'whole'};
	if (annotations[estargz] !== undefined) return {kind: 'ambiguous'};
	if (tarSplitPosition === undefined) return {kind: 'whole'};
	const toc = parsePosition(annotations[`${prefix}manifest-position`] ?? '', size);
	const tarSplit = parsePosition(tarSplitPosition, size);
	if (!isDigest(tocDigest) || toc === undefined || tarSplit === undefined)
		return {kind: 'whole', reason: 'its annotations do not say where its table of contents is'};
	if (toc.start < tarSplit.end && tarSplit.start < toc.end)
		return {kind: 'whole', reason: 'its table of contents and its tar-split overlap'};
	if (toc.type !== jsonToc)
		return {kind: 'whole', reason: `its table of contents is of type ${toc.type ?? 'none'}`};
	const compressed = toc.end - toc.start + tarSplit.end - tarSplit.start;
	if (compressed > maxDocumentSize || tarSplit.size > maxDocumentSize || toc.size > maxTocSize)
		return {kind: 'whole', reason: 'its table of contents is too large'};
	return {kind: 'chunked', places: {toc: spanOf(toc), tocDigest, tarSplit: spanOf(tarSplit)}};
}

interface Position extends DocumentSpan {
	readonly type: number | undefined;
}

/** `OFFSET:LENGTH:UNCOMPRESSED[:TYPE]`; undefined when that is none, or not in a blob of this size. */
function parsePosition(text: string, blobSize: number): Position | undefined {
	const fields = /^(\d{1,15}):(\d{1,15}):(\d{1,15})(?::(\d{1,9}))?$/.exec(text);
	if (fields === null) return undefined;
	const [start = 0, length = 0, size = 0] = fields.slice(1, 4).map(Number);
	const end = start + length;
	const type = fields[4] === undefined ? undefined : Number(fields[4]);
	return length > 0 && size > 0 && end <= blobSize ? {start, end, size, type} : undefined;
}

function spanOf({start, end, size}: Position): DocumentSpan {
	return {start, end, size};
}
