import {hash} from 'node:crypto';
import {closeSync, openSync, readSync} from 'node:fs';
import {
	VerityHasher,
	verityAlgorithms,
	verityBlockSize,
	verityDescriptor,
} from '../../engine/erofs/fs-verity.ts';
import {OperationFailed} from '../../engine/errors.ts';
import type {FsVerityAlgorithm} from '../../engine/system/system.ts';
import {printable} from '../../engine/tree/printable.ts';
import type {ByteString} from '../../engine/tree/tree.ts';
import type {FileSource} from '../content.ts';
import type {VerityFile} from './root-files.ts';
import {merkleTreeSize, putDescriptor, type VerityLayout, verityLayout} from './verity-layout.ts';

/** A part of a file. The bytes are valid only until the next is asked for. */
export interface FilePiece {
	readonly position: number;
	readonly bytes: Buffer;
}

const readSize = 1 << 20;

/**
 * A content in order, without gaps. Reads are synchronous: for many small files in the page cache
 * that is several times as fast as promises, and they see the mounts of this thread's namespace.
 * @throws OperationFailed `changed-file` when it is shorter than it was
 */
export function* contentPieces(
	source: FileSource | undefined,
	size: number,
	name: ByteString,
): Generator<FilePiece, void> {
	let position = 0;
	if (source?.kind === 'bytes' && size > 0) {
		yield {position, bytes: source.bytes.subarray(0, size)};
		position = Math.min(size, source.bytes.length);
	} else if (source?.kind === 'path') {
		const file = openSync(Buffer.from(source.path, 'latin1'), 'r');
		try {
			while (position < size) {
				const wanted = Math.min(size - position, readSize);
				const read = readSync(file, readBuffer, 0, wanted, position);
				if (read === 0) break;
				yield {position, bytes: readBuffer.subarray(0, read)};
				position += read;
			}
		} finally {
			closeSync(file);
		}
	}
	if (position < size) throw changedFile(name);
}

/** One for all: pieces are used up before the next file is read. */
const readBuffer = Buffer.allocUnsafeSlow(readSize);

/**
 * A store's file with its fs-verity metadata, as ext4 keeps it: the content, then, behind a gap, all
 * from the layout's `treeOffset` on.
 * @throws OperationFailed `changed-file` when tree and digest do not belong together
 */
export function* verityPieces(
	file: VerityFile,
	algorithm: FsVerityAlgorithm,
): Generator<FilePiece, void> {
	const knownTree = file.merkleTree?.length ? file.merkleTree : undefined;
	const hasher = knownTree ? undefined : new VerityHasher(algorithm, {keepTree: true});
	for (const piece of contentPieces(file.source, file.size, file.path)) {
		hasher?.update(piece.bytes);
		yield piece;
	}
	const {merkleTree, rootHash} = hasher?.finish() ?? {merkleTree: knownTree};
	const {treeOffset, end} = layoutOf(file, algorithm);
	const tail = tailBuffer.of(end - treeOffset);
	const tree = tail.subarray(0, tail.length - verityBlockSize);
	if (merkleTree !== undefined) tree.set(merkleTree);
	const descriptor = verityDescriptor(
		algorithm,
		file.size,
		// Of a tree, the highest level comes first and is one block.
		knownTree ? hash(algorithm, tree.subarray(0, verityBlockSize), 'buffer') : fromHex(rootHash),
	);
	if (hash(algorithm, descriptor, 'hex') !== file.verityDigest) throw changedFile(file.path);
	putDescriptor(tail, descriptor);
	yield {position: treeOffset, bytes: tail};
}

/** One for all, since pieces are used up before the next: thousands of new ones take a second. */
const tailBuffer = {
	bytes: Buffer.alloc(0),
	/** Zeros. */
	of(size: number): Buffer {
		if (this.bytes.length < size) this.bytes = Buffer.allocUnsafeSlow(size);
		return this.bytes.subarray(0, size).fill(0);
	},
};

function fromHex(hex: string | undefined): Buffer | undefined {
	return hex === undefined ? undefined : Buffer.from(hex, 'hex');
}

export function layoutOf(file: VerityFile, algorithm: FsVerityAlgorithm): VerityLayout {
	const {digestSize} = verityAlgorithms[algorithm];
	return verityLayout(file.size, merkleTreeSize(file.size, digestSize));
}

function changedFile(name: ByteString): OperationFailed {
	return new OperationFailed(
		'changed-file',
		`the content of ${printable(name)} is not what it was when it was hashed`,
		{hint: 'Something changes the files that are being read; stop it and try again.'},
	);
}
