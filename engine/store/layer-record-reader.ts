import {createHash} from 'node:crypto';
import {closeSync, openSync, readSync} from 'node:fs';
import {constants, zstdDecompressSync} from 'node:zlib';
import {verityAlgorithms} from '../erofs/fs-verity.ts';
import {DamagedInput} from '../errors.ts';
import type {Digest} from '../oci/digest.ts';
import {maxInlineSize} from '../tree/tree.ts';
import {
	itemKinds,
	type LayerRecordItem,
	maxFrameContent,
	rawHeadSize,
	recordHashSize,
	recordMagic,
} from './layer-record.ts';

/** What zstd may make of bytes that it cannot compress, and more. */
const maxFrameSize = maxFrameContent + (64 << 10);

/**
 * The items of a record, read as they are asked for. Whether the record is whole shows at its end:
 * nothing made of the items may be used before.
 * @throws DamagedInput, also when it cannot be read, is of another layer or of a later version
 */
export function* readLayerRecord(
	path: string,
	diffId: Digest,
): Generator<LayerRecordItem, undefined> {
	const file = orDamaged(damagedRecord(diffId), () => openSync(path, 'r'));
	try {
		yield* parseLayerRecord((buffer) => readSync(file, buffer), diffId);
	} finally {
		closeSync(file);
	}
	return undefined;
}

/** Puts the next bytes of a record into a buffer; gives how many, none at its end. */
type ReadRecord = (buffer: Buffer) => number;

/** The same of a record wherever it lies. */
export function* parseLayerRecord(
	read: ReadRecord,
	diffId: Digest,
): Generator<LayerRecordItem, undefined> {
	const damaged = damagedRecord(diffId);
	const file = new RecordBytes(read, damaged);
	const magic = file.read(recordMagic.length);
	if (!magic.equals(recordMagic)) throw damaged('it is none, or of a newer slipway');
	const [length = 0] = file.read(1);
	const found = file.read(length).toString('latin1');
	if (found !== diffId) throw damaged(`it is that of ${JSON.stringify(found)}`);
	for (;;) {
		const size = file.read(4).readUInt32LE();
		if (size === 0) break;
		if (size > maxFrameSize) throw damaged(`a frame has ${size} bytes`);
		yield* parseItems(decompressFrame(file.read(size), damaged), damaged);
	}
	file.checkHash();
	return undefined;
}

type Damaged = (problem: string, cause?: unknown) => DamagedInput;

function damagedRecord(diffId: Digest): Damaged {
	return (problem, cause) =>
		new DamagedInput(`the record of layer ${diffId} is damaged: ${problem}`, {
			hint: 'Fetch an image with this layer; the record is made anew then.',
			cause,
		});
}

class RecordBytes {
	readonly #read: ReadRecord;
	readonly #damaged: Damaged;
	readonly #hasher = createHash('sha256');

	constructor(read: ReadRecord, damaged: Damaged) {
		this.#read = read;
		this.#damaged = damaged;
	}

	read(length: number): Buffer {
		const bytes = this.#readUpTo(length);
		if (bytes.length < length) throw this.#damaged('it is cut off');
		this.#hasher.update(bytes);
		return bytes;
	}

	/** The end of the file must be the hash of all before it. */
	checkHash(): void {
		const end = this.#readUpTo(recordHashSize + 1);
		if (!end.equals(this.#hasher.digest())) throw this.#damaged('its SHA-256 is wrong');
	}

	#readUpTo(length: number): Buffer {
		const buffer = Buffer.allocUnsafe(length);
		let at = 0;
		while (at < length) {
			const count = orDamaged(this.#damaged, () => this.#read(buffer.subarray(at)));
			if (count === 0) break;
			at += count;
		}
		return buffer.subarray(0, at);
	}
}

function orDamaged<T>(damaged: Damaged, work: () => T): T {
	try {
		return work();
	} catch (error) {
		throw damaged(error instanceof Error ? error.message : String(error), error);
	}
}

function decompressFrame(frame: Buffer, damaged: Damaged): Buffer {
	return orDamaged(damaged, () =>
		zstdDecompressSync(frame, {
			maxOutputLength: maxFrameContent,
			rejectGarbageAfterEnd: true,
			// Else a frame may claim a window of 128 MiB, which is allocated before it is used.
			params: {[constants.ZSTD_d_windowLogMax]: Math.log2(maxFrameContent)},
		}),
	);
}

function* parseItems(body: Buffer, damaged: Damaged): Generator<LayerRecordItem, void> {
	for (let at = 0; at < body.length; ) {
		const {item, end} = parseItem(body, at, damaged);
		yield item;
		at = end;
	}
}

/** The item that begins at `at`, and where the next one does. */
function parseItem(
	body: Buffer,
	at: number,
	damaged: Damaged,
): {readonly item: LayerRecordItem; readonly end: number} {
	const take = (start: number, length: number): Buffer => {
		if (start + length > body.length) throw damaged('an item goes beyond its frame');
		return body.subarray(start, start + length);
	};
	const kind = body[at];
	switch (kind) {
		case itemKinds.raw: {
			const start = at + rawHeadSize;
			const bytes = take(start, take(at + 1, 4).readUInt32LE());
			return {item: {kind: 'raw', bytes}, end: start + bytes.length};
		}
		case itemKinds.inline: {
			const [size = 0] = take(at + 1, 1);
			if (size === 0 || size > maxInlineSize)
				throw damaged(`a content of ${size} bytes stands in it`);
			// A copy, or the tree would hold the whole frame.
			const inline = Buffer.from(take(at + 2, size));
			return {item: {kind: 'content', size, stored: {inline}}, end: at + 2 + size};
		}
		case itemKinds.sha256:
		case itemKinds.sha512: {
			const {digestSize} = verityAlgorithms[kind === itemKinds.sha256 ? 'sha256' : 'sha512'];
			const size = Number(take(at + 1, 8).readBigUInt64LE());
			if (size <= maxInlineSize || size > Number.MAX_SAFE_INTEGER)
				throw damaged(`an object has ${size} bytes`);
			const verityDigest = take(at + 9, digestSize).toString('hex');
			return {item: {kind: 'content', size, stored: {verityDigest}}, end: at + 9 + digestSize};
		}
		default:
			throw damaged(`it has an item of the kind ${kind}`);
	}
}
