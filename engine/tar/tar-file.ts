import {createReadStream} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import path from 'node:path';
import {DamagedInput, OperationFailed, UsageError} from '../errors.ts';
import {printable} from '../tree/printable.ts';
import type {ByteString} from '../tree/tree.ts';
import type {TarEntry} from './entry.ts';
import {TarReader} from './reader.ts';

/** Where the content of a member lies in the tar. */
interface Place {
	readonly offset: number;
	readonly size: number;
}

const windowSize = 64 << 10;
const pieceSize = 1 << 20;
const maxLinks = 8;

/** A tar on disk whose members can be read in any order. Only its headers are read to open it. */
export class TarFile {
	readonly path: string;
	readonly #places: ReadonlyMap<ByteString, Place>;
	readonly #links: ReadonlyMap<ByteString, ByteString>;

	private constructor(
		path: string,
		places: ReadonlyMap<ByteString, Place>,
		links: ReadonlyMap<ByteString, ByteString>,
	) {
		this.path = path;
		this.#places = places;
		this.#links = links;
	}

	/**
	 * @throws UsageError when the tar is compressed, a folder, or not there
	 * @throws DamagedInput when it is no tar, cut off, or has a member twice
	 */
	static async open(path: string): Promise<TarFile> {
		const places = new Map<ByteString, Place>();
		const links = new Map<ByteString, ByteString>();
		await using file = await openFile(path);
		await refuseCompressed(file, path);
		const reader = new TarReader((entry) => {
			if (entry.type === 'directory') return undefined;
			if (places.has(entry.path) || links.has(entry.path))
				throw new DamagedInput(`${path} has the member ${printable(entry.path)} twice`);
			const link = linkOf(entry);
			if (link !== undefined) links.set(entry.path, link);
			else if (entry.type === 'file')
				places.set(entry.path, {offset: reader.position, size: entry.size});
			return undefined;
		});
		await readHeaders(file, reader).catch((error: unknown) => {
			if (!(error instanceof DamagedInput)) throw error;
			throw new DamagedInput(`${path}: ${error.message}`, {
				hint: 'Write the archive again.',
				cause: error,
			});
		});
		return new TarFile(path, places, links);
	}

	/** Bytes of a member, through links; undefined when there is no such member. */
	sizeOf(member: ByteString): number | undefined {
		return this.#find(member)?.size;
	}

	/** The content of a member, through links. @throws DamagedInput when there is none */
	read(member: ByteString): AsyncIterable<Buffer> {
		const place = this.#find(member);
		if (place === undefined)
			throw new DamagedInput(`${this.path} has no member ${printable(member)}`, {
				hint: 'The archive was not written to its end; write it again.',
			});
		return readRange(this.path, place);
	}

	/** A small member whole, through links; undefined when there is none. */
	async readWhole(member: ByteString, limit: number): Promise<Buffer | undefined> {
		const place = this.#find(member);
		if (place === undefined) return undefined;
		if (place.size > limit)
			throw new DamagedInput(
				`${printable(member)} in ${this.path} has ${place.size} bytes, over ${limit}`,
			);
		return Buffer.concat(await Array.fromAsync(readRange(this.path, place)));
	}

	#find(member: ByteString): Place | undefined {
		let name: ByteString | undefined = member;
		for (let links = 0; name !== undefined && links <= maxLinks; links++) {
			const place = this.#places.get(name);
			if (place !== undefined) return place;
			name = this.#links.get(name);
		}
		return undefined;
	}
}

/** The member that a link names: a symlink counts from its own folder, a hard link from the root. */
function linkOf({type, path: name, linkTarget = ''}: TarEntry): ByteString | undefined {
	if (type === 'hardlink') return linkTarget;
	return type === 'symlink' ? path.posix.join(path.posix.dirname(name), linkTarget) : undefined;
}

async function readHeaders(file: FileHandle, reader: TarReader): Promise<void> {
	const window = Buffer.allocUnsafe(windowSize);
	const {size} = await file.stat();
	while (!reader.hasEnded && reader.position < size) {
		reader.skip(Math.min(reader.skippable, size - reader.position));
		const {bytesRead} = await file.read(window, 0, windowSize, reader.position);
		if (bytesRead === 0) break;
		await reader.write(window.subarray(0, bytesRead));
	}
	reader.end();
}

async function openFile(path: string): Promise<FileHandle> {
	let file: FileHandle;
	try {
		file = await open(path, 'r');
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw new UsageError(`${path} cannot be opened: ${reason}`, {cause: error});
	}
	if (!(await file.stat()).isDirectory()) return file;
	await file.close();
	throw new UsageError(`${path} is a folder, not a tar file`);
}

/** Members of a compressed tar cannot be found without reading all before them. */
async function refuseCompressed(file: FileHandle, path: string): Promise<void> {
	const {buffer} = await file.read(Buffer.alloc(4), 0, 4, 0);
	const start = buffer.toString('hex');
	const tool = start.startsWith('1f8b') ? 'gzip' : start === '28b52ffd' ? 'zstd' : undefined;
	if (tool !== undefined)
		throw new UsageError(`${path} is compressed with ${tool}`, {
			hint: `Decompress it first: ${tool} -d ${path}`,
		});
}

async function* readRange(path: string, {offset, size}: Place): AsyncGenerator<Buffer, void> {
	if (size === 0) return;
	const range = {start: offset, end: offset + size - 1, highWaterMark: pieceSize};
	try {
		yield* createReadStream(path, range) as AsyncIterable<Buffer>;
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw new OperationFailed('read-failed', `${path} cannot be read: ${reason}`, {cause: error});
	}
}
