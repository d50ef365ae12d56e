import {hash} from 'node:crypto';
import {closeSync, constants, openSync, readSync} from 'node:fs';
import {VerityHasher, verityBlockSize, verityDescriptor} from '../../engine/erofs/fs-verity.ts';
import {FileWorkers, workerEntry} from '../../engine/store/file-workers.ts';
import type {FsVerityAlgorithm} from '../../engine/system/system.ts';
import {changedFile} from './changed-file.ts';
import {type DataStretch, type FileData, tailSize} from './ext4-files.ts';
import {RunWriter} from './run-writer.ts';
import {putDescriptor} from './verity-layout.ts';

/** Where stretches of files are written. */
export interface StretchTask {
	/** Block device or plain file of the whole disk. */
	readonly disk: string;
	/** Byte at which block 0 is. */
	readonly origin: number;
	readonly algorithm: FsVerityAlgorithm;
}

/** Holds most stretches; what larger ones need more is written in pieces. */
const bufferSize = 5 << 20;

export interface WrittenStretch {
	/** fs-verity digest of each file; undefined for those without fs-verity. */
	readonly digests: readonly (string | undefined)[];
}

export type StretchWorkers = FileWorkers<DataStretch, WrittenStretch>;

/** Threads that write stretches; nothing is synced. Each has the disk open until it ends. */
export function stretchWorkers(task: StretchTask): StretchWorkers {
	const entry = workerEntry('stretch-worker', import.meta.url);
	return new FileWorkers({entry, data: task, waits: true, start: () => stretchTask(task)});
}

/** Makes the function that writes one of them; it has a buffer of its own and is for one thread. */
export function stretchTask({
	disk,
	origin,
	algorithm,
}: StretchTask): (stretch: DataStretch) => WrittenStretch {
	const buffer = alignedBuffer(bufferSize);
	return ({files, runs}) => {
		const fd = openUncached(disk);
		try {
			const writer = new RunWriter(fd, {origin, runs, buffer});
			const digests = files.map((file) => writeFile(file, algorithm, writer));
			writer.flush();
			return {digests};
		} finally {
			closeSync(fd);
		}
	};
}

/**
 * Opens a disk so that what is written goes there at once: nobody reads it soon, and a copy in the page cache costs
 * as much as hashing it. File systems in memory have no other place.
 */
function openUncached(disk: string): number {
	try {
		return openSync(disk, constants.O_RDWR | constants.O_DIRECT);
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'EINVAL')
			return openSync(disk, 'r+');
		throw error;
	}
}

/** At an address that drives take: the memory of WebAssembly begins at a page, other buffers anywhere. */
function alignedBuffer(size: number): Buffer {
	const page = 1 << 16;
	return Buffer.from(new WebAssembly.Memory({initial: Math.ceil(size / page)}).buffer, 0, size);
}

/** One for all, since it is used up before the next: thousands of new ones take a second. */
const tailBuffer = {
	bytes: Buffer.alloc(0),
	/** Zeros. */
	of(size: number): Buffer {
		if (this.bytes.length < size) this.bytes = Buffer.allocUnsafeSlow(size);
		return this.bytes.subarray(0, size).fill(0);
	},
};

/** @returns its fs-verity digest */
function writeFile(
	file: FileData,
	algorithm: FsVerityAlgorithm,
	writer: RunWriter,
): string | undefined {
	const {verity} = file;
	const knownTree = verity?.merkleTree?.length ? verity.merkleTree : undefined;
	const hasher = verity && !knownTree ? new VerityHasher(algorithm, {keepTree: true}) : undefined;
	copyContent(file, writer, (piece) => hasher?.update(piece));
	writer.pad(file.size);
	if (verity === undefined) return undefined;
	const {merkleTree = knownTree, rootHash} = hasher?.finish() ?? {};
	const tail = tailBuffer.of(tailSize(file, algorithm));
	if (merkleTree !== undefined) tail.set(merkleTree);
	// Of a tree, the highest level comes first and is one block.
	const root =
		rootHash === undefined
			? hash(algorithm, tail.subarray(0, verityBlockSize), 'buffer')
			: Buffer.from(rootHash, 'hex');
	const descriptor = verityDescriptor(algorithm, file.size, root);
	putDescriptor(tail, descriptor);
	writer.write(tail);
	const digest = hash(algorithm, descriptor, 'hex');
	if (verity.digest !== undefined && verity.digest !== digest) throw changedFile(file.name);
	return digest;
}

/**
 * Straight into the writer's buffer. Reads are synchronous: for many small files in the page cache that is
 * several times as fast as promises.
 * @throws OperationFailed `changed-file` when it is shorter than it was
 */
function copyContent(
	{name, source, size}: FileData,
	writer: RunWriter,
	onPiece: (piece: Buffer) => void,
): void {
	if (source.kind === 'bytes') {
		if (source.bytes.length < size) throw changedFile(name);
		const bytes = source.bytes.subarray(0, size);
		onPiece(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
		writer.write(bytes);
		return;
	}
	const file = openSync(Buffer.from(source.path, 'latin1'), 'r');
	try {
		for (let left = size; left > 0; ) {
			const room = writer.room(left);
			const count = readSync(file, room, 0, room.length, null);
			if (count === 0) throw changedFile(name);
			onPiece(room.subarray(0, count));
			writer.advance(count);
			left -= count;
		}
	} finally {
		closeSync(file);
	}
}
