import {hash} from 'node:crypto';
import {closeSync, openSync, readSync} from 'node:fs';
import {VerityHasher, verityBlockSize, verityDescriptor} from '../../engine/erofs/fs-verity.ts';
import {FileWorkers, workerEntry} from '../../engine/store/file-workers.ts';
import type {FsVerityAlgorithm} from '../../engine/system/system.ts';
import {changedFile} from './changed-file.ts';
import {type DataStretch, type FileData, type FileVerity, tailSize} from './ext4-files.ts';
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

/** Holds a stretch; what a larger file needs more is written in pieces. */
const bufferSize = 8 << 20;

/** Threads that write stretches; nothing is synced. Each has the disk open until it ends. */
export function stretchWorkers(task: StretchTask): FileWorkers<DataStretch, object> {
	const entry = workerEntry('stretch-worker', import.meta.url);
	return new FileWorkers({entry, data: task, start: () => stretchTask(task)});
}

/** Makes the function that writes one of them; it has a buffer of its own and is for one thread. */
export function stretchTask({
	disk,
	origin,
	algorithm,
}: StretchTask): (stretch: DataStretch) => object {
	const buffer = Buffer.allocUnsafeSlow(bufferSize);
	return ({files, runs}) => {
		const fd = openSync(disk, 'r+');
		try {
			const writer = new RunWriter(fd, {origin, runs, buffer});
			for (const file of files) writeFile(file, algorithm, writer);
			writer.flush();
		} finally {
			closeSync(fd);
		}
		return {};
	};
}

function writeFile(file: FileData, algorithm: FsVerityAlgorithm, writer: RunWriter): void {
	const {verity} = file;
	const knownTree = verity?.merkleTree?.length ? verity.merkleTree : undefined;
	const hasher = verity && !knownTree ? new VerityHasher(algorithm, {keepTree: true}) : undefined;
	copyContent(file, writer, (piece) => hasher?.update(piece));
	writer.pad(file.size);
	if (verity === undefined) return;
	const {merkleTree = knownTree, rootHash} = hasher?.finish() ?? {};
	const tail = Buffer.alloc(tailSize(file, algorithm));
	if (merkleTree !== undefined) tail.set(merkleTree);
	// Of a tree, the highest level comes first and is one block.
	const root =
		rootHash === undefined
			? hash(algorithm, tail.subarray(0, verityBlockSize), 'buffer')
			: Buffer.from(rootHash, 'hex');
	putDescriptor(tail, checkedDescriptor(file, verity, algorithm, root));
	writer.write(tail);
}

/** @throws OperationFailed `changed-file` when tree and digest do not belong together */
function checkedDescriptor(
	{name, size}: FileData,
	{digest}: FileVerity,
	algorithm: FsVerityAlgorithm,
	rootHash: Buffer,
): Buffer {
	const descriptor = verityDescriptor(algorithm, size, rootHash);
	if (hash(algorithm, descriptor, 'hex') !== digest) throw changedFile(name);
	return descriptor;
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
