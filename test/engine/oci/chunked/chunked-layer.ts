import {constants, zstdCompressSync} from 'node:zlib';
import {mediaTypes} from '../../../../engine/oci/media-types.ts';
import {digestOf} from '../../../../engine/oci/verified.ts';
import {type RawFields, rawHeader} from '../../tar/raw-header.ts';
import type {LayerInput} from '../image-builder.ts';

/** An entry of a layer; its size is that of its content. */
export interface ChunkedEntry extends RawFields {
	readonly content?: Buffer;
	/** Where the content is cut into frames. */
	readonly cuts?: readonly number[];
}

type Json = Record<string, unknown>;

/** What to make otherwise than a sound layer has it. Digests are of what was made so. */
export interface Twist {
	readonly toc?: (entries: Json[]) => Json[];
	readonly document?: (toc: Json) => Json;
	readonly lines?: (lines: Json[]) => Json[];
	/** The uncompressed text of the tar-split. */
	readonly tarSplit?: (text: string) => string;
	readonly annotations?: (annotations: Record<string, string>) => Record<string, string>;
	/** Of the blob, after all digests were taken. */
	readonly blob?: (blob: Buffer, places: BlobPlaces) => void;
}

export interface BlobPlaces {
	/** Offsets of frames by the name of the file. */
	readonly contents: ReadonlyMap<string, number>;
	readonly toc: number;
	readonly tarSplit: number;
}

export interface ChunkedLayerInput extends LayerInput {
	readonly blob: Buffer;
	/** Bytes of the compressed table of contents and tar-split. */
	readonly documentSize: number;
	/** Bytes of the frames of each file, by name. */
	readonly frameSizes: ReadonlyMap<string, number>;
}

const prefix = 'io.github.containers.zstd-chunked.';
const types: Readonly<Record<string, string>> = {
	'0': 'reg',
	'1': 'hardlink',
	'2': 'symlink',
	'3': 'char',
	'5': 'dir',
	'6': 'fifo',
};

/** A layer as container engines write zstd:chunked, or one with a twist. */
export function chunkedLayer(input: readonly ChunkedEntry[], twist: Twist = {}): ChunkedLayerInput {
	const writer = new LayerWriter();
	for (const entry of input) writer.add(entry);
	writer.raw(Buffer.alloc(1024));
	writer.endRaw();
	const {tar, frameSizes} = writer;

	const text = (twist.lines?.(writer.lines) ?? writer.lines)
		.map((line) => `${JSON.stringify(line)}\n`)
		.join('');
	const tarSplitText = Buffer.from(twist.tarSplit?.(text) ?? text);
	const tarSplit = zstdCompressSync(tarSplitText);
	const entries = twist.toc?.(writer.entries) ?? writer.entries;
	const document: Json = {version: 1, entries, tarSplitDigest: digestOf(tarSplit)};
	const tocText = Buffer.from(JSON.stringify(twist.document?.(document) ?? document));
	const toc = zstdCompressSync(tocText);

	const tocAt = writer.length + 8;
	const tarSplitAt = tocAt + toc.length + 8;
	const blob = Buffer.concat([...writer.frames, skippable(toc), skippable(tarSplit)]);
	const annotations = {
		[`${prefix}manifest-checksum`]: digestOf(toc),
		[`${prefix}manifest-position`]: `${tocAt}:${toc.length}:${tocText.length}:1`,
		[`${prefix}tarsplit-position`]: `${tarSplitAt}:${tarSplit.length}:${tarSplitText.length}`,
	};
	twist.blob?.(blob, {contents: writer.offsets, toc: tocAt, tarSplit: tarSplitAt});
	return {
		tar: Buffer.concat(tar),
		blob,
		mediaType: `${mediaTypes.ociLayer}+zstd`,
		annotations: twist.annotations?.(annotations) ?? annotations,
		documentSize: toc.length + tarSplit.length,
		frameSizes,
	};
}

class LayerWriter {
	readonly tar: Buffer[] = [];
	readonly frames: Buffer[] = [];
	readonly lines: Json[] = [];
	readonly entries: Json[] = [];
	readonly offsets = new Map<string, number>();
	readonly frameSizes = new Map<string, number>();
	length = 0;
	#raw: Buffer[] = [];

	add({content = Buffer.alloc(0), cuts = [], ...fields}: ChunkedEntry): void {
		const {name = 'f', typeflag = '0', mode = '0000644', mtime = '0', link} = fields;
		this.raw(rawHeader({...fields, size: content.length.toString(8).padStart(11, '0')}));
		this.endRaw();
		const entry: Json = {
			type: types[typeflag],
			name,
			...(link !== undefined && {linkName: link}),
			mode: Number.parseInt(mode, 8),
			modtime: new Date(Number.parseInt(mtime, 8) * 1000).toISOString(),
			...(fields.devMajor && {devMajor: Number.parseInt(fields.devMajor, 8)}),
			...(fields.devMinor && {devMinor: Number.parseInt(fields.devMinor, 8)}),
		};
		this.#line({type: 1, name, ...(content.length > 0 && {size: content.length}), payload: null});
		if (content.length === 0) this.entries.push(entry);
		else this.#content(name, entry, content, cuts);
	}

	raw(bytes: Buffer): void {
		this.#raw.push(bytes);
		this.tar.push(bytes);
	}

	endRaw(): void {
		const bytes = Buffer.concat(this.#raw.splice(0));
		this.#frame(bytes);
		this.#line({type: 2, payload: bytes.toString('base64')});
	}

	#content(name: string, entry: Json, content: Buffer, cuts: readonly number[]): void {
		this.tar.push(content);
		this.offsets.set(name, this.length);
		const pieces = [0, ...cuts].map((start, index) => {
			const offset = this.length;
			const bytes = content.subarray(start, cuts[index] ?? content.length);
			this.#frame(bytes);
			const isCut = cuts.length > 0;
			return {
				offset,
				...(isCut && {chunkSize: bytes.length, chunkDigest: digestOf(bytes)}),
				...(start > 0 && {chunkOffset: start}),
			};
		});
		const [first, ...others] = pieces;
		const digest = digestOf(content);
		const size = content.length;
		this.entries.push({...entry, size, digest, ...first, endOffset: this.length});
		for (const piece of others) this.entries.push({type: 'chunk', name, ...piece});
		this.frameSizes.set(name, this.length - Number(first?.offset));
		const padding = (512 - (size % 512)) % 512;
		if (padding > 0) this.raw(Buffer.alloc(padding));
	}

	#frame(bytes: Buffer): void {
		const frame = zstdCompressSync(bytes, {params: {[constants.ZSTD_c_checksumFlag]: 1}});
		this.frames.push(frame);
		this.length += frame.length;
	}

	#line(line: Json): void {
		this.lines.push({...line, position: this.lines.length});
	}
}

function skippable(bytes: Buffer): Buffer {
	const head = Buffer.alloc(8);
	head.writeUInt32LE(0x184d2a50);
	head.writeUInt32LE(bytes.length, 4);
	return Buffer.concat([head, bytes]);
}
