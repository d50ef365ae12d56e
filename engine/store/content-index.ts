import {createHash} from 'node:crypto';
import {
	closeSync,
	constants,
	existsSync,
	fstatSync,
	ftruncateSync,
	openSync,
	readSync,
	renameSync,
	rmSync,
	writeSync,
} from 'node:fs';
import {verityAlgorithms} from '../erofs/fs-verity.ts';
import type {FsVerityAlgorithm} from '../system/system.ts';

/**
 * Which object has the content with a SHA-256: images name contents by the one, the store by fs-verity.
 *
 *   "slipway-index-1\n"    the digit is the version
 *   u32                    lines of a batch, 1 to 4096, little-endian
 *   lines                  SHA-256 of a content, 32 bytes; fs-verity digest of the same, 32 or 64
 *   8 bytes                SHA-256 of the batch so far, its start
 *   …
 *
 * A line is true of a content whether the store has it or not, so that the file needs no order of
 * writing with objects, and no sync: what was torn off is found out again. Everything behind the
 * first batch that is damaged counts for nothing, and the next that is added takes its place.
 */
export class ContentIndex {
	readonly #path: string;
	readonly #lineSize: number;

	constructor(path: string, algorithm: FsVerityAlgorithm) {
		this.#path = path;
		this.#lineSize = contentDigestSize + verityAlgorithms[algorithm].digestSize;
	}

	/** All lines; one batch is in memory at a time. */
	*lines(): Generator<IndexLine, undefined> {
		for (const {lines} of this.#batches())
			for (let at = 0; at < lines.length; at += this.#lineSize) {
				const middle = at + contentDigestSize;
				yield {
					sha256: lines.toString('hex', at, middle),
					verityDigest: lines.toString('hex', middle, at + this.#lineSize),
				};
			}
		return undefined;
	}

	/** Adds lines at the end of what is sound. The caller has the store's lock. */
	append(lines: Iterable<IndexLine>): void {
		let end = 0;
		for (const batch of this.#batches()) end = batch.end;
		this.#write(this.#path, end, lines);
	}

	/**
	 * Keeps only the lines of some objects. The caller has the store's lock.
	 * @param partial path that the new file has until it is whole
	 */
	compact(keeps: (verityDigest: string) => boolean, partial: string): void {
		if (!existsSync(this.#path)) return;
		rmSync(partial, {force: true});
		this.#write(
			partial,
			0,
			this.lines().filter(({verityDigest}) => keeps(verityDigest)),
		);
		renameSync(partial, this.#path);
	}

	/** The bytes of each sound batch's lines, and where in the file it ends. */
	*#batches(): Generator<{readonly lines: Buffer; readonly end: number}, undefined> {
		if (!existsSync(this.#path)) return undefined;
		using file = openFile(this.#path, constants.O_RDONLY);
		let end = magic.length;
		if (!readAt(file.fd, 0, end).equals(magic)) return undefined;
		for (;;) {
			const head = readAt(file.fd, end, headSize);
			const count = head.length < headSize ? 0 : head.readUInt32LE();
			if (count === 0 || count > maxBatchLines) return undefined;
			const size = headSize + count * this.#lineSize;
			const batch = readAt(file.fd, end, size + sealSize);
			const lines = batch.subarray(headSize, size);
			if (!batch.subarray(size).equals(sealOf(batch.subarray(0, size)))) return undefined;
			end += batch.length;
			yield {lines, end};
		}
	}

	#write(path: string, end: number, lines: Iterable<IndexLine>): void {
		using file = openFile(path, constants.O_RDWR | constants.O_CREAT);
		if (fstatSync(file.fd).size > end) ftruncateSync(file.fd, end);
		let at = end === 0 ? writeAt(file.fd, 0, magic) : end;
		let batch: IndexLine[] = [];
		const flush = () => {
			if (batch.length > 0) at = writeAt(file.fd, at, formatBatch(batch));
			batch = [];
		};
		for (const line of lines) if (batch.push(line) === maxBatchLines) flush();
		flush();
	}
}

/** Both digests in lower-case hex. */
export interface IndexLine {
	readonly sha256: string;
	readonly verityDigest: string;
}

const magic = Buffer.from('slipway-index-1\n');
const headSize = 4;
const sealSize = 8;
const contentDigestSize = 32;
const maxBatchLines = 4096;
/** What contents there are is nobody's business. */
const indexMode = 0o600;

function formatBatch(lines: readonly IndexLine[]): Buffer {
	const head = Buffer.alloc(headSize);
	head.writeUInt32LE(lines.length);
	const body = lines.map(({sha256, verityDigest}) => Buffer.from(sha256 + verityDigest, 'hex'));
	const bytes = Buffer.concat([head, ...body]);
	return Buffer.concat([bytes, sealOf(bytes)]);
}

function sealOf(bytes: Buffer): Buffer {
	return createHash('sha256').update(bytes).digest().subarray(0, sealSize);
}

function openFile(path: string, flags: number): {readonly fd: number} & Disposable {
	const fd = openSync(path, flags, indexMode);
	return {fd, [Symbol.dispose]: () => closeSync(fd)};
}

/** Fewer bytes than asked for at the end of the file. */
function readAt(fd: number, position: number, length: number): Buffer {
	const bytes = Buffer.allocUnsafe(length);
	let at = 0;
	while (at < length) {
		const count = readSync(fd, bytes, at, length - at, position + at);
		if (count === 0) break;
		at += count;
	}
	return bytes.subarray(0, at);
}

/** Gives where the bytes end. */
function writeAt(fd: number, position: number, bytes: Buffer): number {
	for (let at = 0; at < bytes.length; )
		at += writeSync(fd, bytes, at, bytes.length - at, position + at);
	return position + bytes.length;
}
