import {closeSync, openSync, readSync} from 'node:fs';
import type {ByteString} from '../../engine/tree/tree.ts';
import type {FileSource} from '../content.ts';
import {changedFile} from './changed-file.ts';

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
