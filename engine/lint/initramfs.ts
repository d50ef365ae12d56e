/**
 * Looks into an initramfs: cpio archives (newc) one after the other, zeros between them, the last one
 * usually compressed as a whole.
 * @see https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
 */
import {createReadStream} from 'node:fs';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {createGunzip, createZstdDecompress} from 'node:zlib';
import {DamagedInput} from '../errors.ts';

const headerSize = 110;
const maxNameSize = 4096;
const trailerName = 'TRAILER!!!';
/** Node's own is a sixteenth of it, and takes three times as long. */
const chunkSize = 256 << 10;

export type SearchResult =
	| {readonly kind: 'found'; readonly name: string}
	| {readonly kind: 'absent'}
	/** Compressed in a way that Node cannot undo. */
	| {readonly kind: 'unreadable'; readonly compression: string};

/**
 * The first name in the initramfs that passes the test. Reads no further than there.
 * @throws DamagedInput when the file is no initramfs
 */
export async function searchInitramfs(
	file: string,
	matches: (name: string) => boolean,
): Promise<SearchResult> {
	const source = createReadStream(file, {highWaterMark: 1 << 20});
	try {
		return await searchArchives(new ByteReader(source), matches);
	} finally {
		source.destroy();
	}
}

async function searchArchives(
	reader: ByteReader,
	matches: (name: string) => boolean,
): Promise<SearchResult> {
	for (;;) {
		await reader.skipZeros();
		const magic = await reader.peek(6);
		if (magic.length === 0) return {kind: 'absent'};
		const compression = compressionOf(magic);
		if (compression !== undefined) return searchCompressed(reader, compression, matches);
		const name = await searchArchive(reader, matches);
		if (name !== undefined) return {kind: 'found', name};
	}
}

async function searchCompressed(
	reader: ByteReader,
	compression: string,
	matches: (name: string) => boolean,
): Promise<SearchResult> {
	if (compression !== 'gzip' && compression !== 'zstd') return {kind: 'unreadable', compression};
	const decompressor =
		compression === 'gzip' ? createGunzip({chunkSize}) : createZstdDecompress({chunkSize});
	const stop = new AbortController();
	// Its failures reach who reads the decompressor; the abort is ours.
	const pumping = pipeline(Readable.from(reader.rest()), decompressor, {
		signal: stop.signal,
	}).catch(() => {});
	try {
		return await searchArchives(new ByteReader(decompressor), matches);
	} catch (cause) {
		if (cause instanceof DamagedInput) throw cause;
		throw new DamagedInput(`initramfs does not decompress as ${compression}`, {cause});
	} finally {
		stop.abort();
		await pumping;
	}
}

/** Reads one archive to its trailer or to the name sought. */
async function searchArchive(
	reader: ByteReader,
	matches: (name: string) => boolean,
): Promise<string | undefined> {
	for (;;) {
		const header = (await reader.read(headerSize)).toString('latin1');
		const sizes = /^07070[12](?:[0-9a-f]{48})([0-9a-f]{8})(?:[0-9a-f]{32})([0-9a-f]{8})/i.exec(
			header,
		);
		if (sizes === null)
			throw new DamagedInput('initramfs has no cpio header where one should be', {
				offset: reader.position - headerSize,
			});
		const contentSize = Number.parseInt(sizes[1] ?? '', 16);
		const nameSize = Number.parseInt(sizes[2] ?? '', 16);
		if (nameSize === 0 || nameSize > maxNameSize)
			throw new DamagedInput(`initramfs has a name of ${nameSize} bytes`, {
				offset: reader.position - headerSize,
			});
		const name = (await reader.read(nameSize)).toString('latin1', 0, nameSize - 1);
		if (name === trailerName) return undefined;
		if (matches(name)) return name;
		await reader.skip(padding(headerSize + nameSize));
		await reader.skip(contentSize + padding(contentSize));
	}
}

/** To the next multiple of four. */
function padding(size: number): number {
	return -size & 3;
}

function compressionOf(magic: Buffer): string | undefined {
	const hex = magic.toString('hex');
	const magics = {
		gzip: '1f8b',
		zstd: '28b52ffd',
		xz: 'fd377a585a',
		lz4: '02214c18',
		bzip2: '425a68',
	};
	return Object.entries(magics).find(([, start]) => hex.startsWith(start))?.[0];
}

/** Reads exact counts of bytes from a stream, holding no more than is asked for at once. */
class ByteReader {
	readonly #chunks: AsyncIterator<Buffer>;
	#buffered: Buffer = Buffer.alloc(0);
	/** Bytes given or skipped so far. */
	position = 0;

	constructor(source: AsyncIterable<Buffer>) {
		this.#chunks = source[Symbol.asyncIterator]();
	}

	/** The next bytes, which stay; fewer only at the end. */
	async peek(size: number): Promise<Buffer> {
		while (this.#buffered.length < size && (await this.#fill()));
		return this.#buffered.subarray(0, size);
	}

	async read(size: number): Promise<Buffer> {
		const bytes = await this.peek(size);
		if (bytes.length < size)
			throw new DamagedInput('initramfs ends too early', {offset: this.position + bytes.length});
		this.#consume(size);
		return bytes;
	}

	async skip(size: number): Promise<void> {
		let left = size;
		while (left > this.#buffered.length) {
			left -= this.#buffered.length;
			this.#consume(this.#buffered.length);
			if (!(await this.#fill()))
				throw new DamagedInput('initramfs ends too early', {offset: this.position});
		}
		this.#consume(left);
	}

	async skipZeros(): Promise<void> {
		do {
			const end = this.#buffered.findIndex((byte) => byte !== 0);
			this.#consume(end === -1 ? this.#buffered.length : end);
		} while (this.#buffered.length === 0 && (await this.#fill()));
	}

	/** All that is left. */
	async *rest(): AsyncGenerator<Buffer> {
		do {
			const bytes = this.#buffered;
			this.#consume(bytes.length);
			yield bytes;
		} while (await this.#fill());
	}

	#consume(size: number): void {
		this.#buffered = this.#buffered.subarray(size);
		this.position += size;
	}

	async #fill(): Promise<boolean> {
		const {value, done} = await this.#chunks.next();
		if (done) return false;
		this.#buffered = this.#buffered.length === 0 ? value : Buffer.concat([this.#buffered, value]);
		return true;
	}
}
