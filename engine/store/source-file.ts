import {closeSync, constants, openSync, readSync} from 'node:fs';
import {OperationFailed} from '../errors.ts';
import {printable} from '../tree/printable.ts';
import type {ByteString} from '../tree/tree.ts';

/** A regular file on this host whose content is to be hashed or stored. */
export interface SourceFile {
	readonly path: ByteString;
	/** In bytes, as its inode said; at least 1. */
	readonly size: number;
}

/**
 * Reads a file of at most `buffer.length - 1` bytes.
 * @returns a view into `buffer`
 */
export function readWhole(file: SourceFile, buffer: Buffer): Buffer {
	return withSource(file, (fd) => {
		let length = 0;
		// One byte more than there should be: a whole file is told from a grown one by the same call.
		while (length <= file.size) {
			const count = readSync(fd, buffer, length, file.size + 1 - length, null);
			length += count;
			if (count === 0 || length === file.size) break;
		}
		if (length !== file.size) throw sourceChanged(file);
		return buffer.subarray(0, length);
	});
}

/** Hands a file of any length to `take`, piece by piece; a piece is valid until `take` returns. */
export function readPieces(file: SourceFile, buffer: Buffer, take: (piece: Buffer) => void): void {
	withSource(file, (fd) => {
		let length = 0;
		for (;;) {
			const count = readSync(fd, buffer, 0, buffer.length, null);
			if (count === 0) break;
			length += count;
			take(buffer.subarray(0, count));
		}
		if (length !== file.size) throw sourceChanged(file);
	});
}

function withSource<T>(file: SourceFile, use: (fd: number) => T): T {
	const path = Buffer.from(file.path, 'latin1');
	const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
	try {
		return use(fd);
	} finally {
		closeSync(fd);
	}
}

function sourceChanged(file: SourceFile): OperationFailed {
	return new OperationFailed(
		'source-changed',
		`${printable(file.path)} is no longer ${file.size} bytes long`,
		{hint: 'Stop what writes to it, then run again.'},
	);
}
