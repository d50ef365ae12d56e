import type {FileHandle} from 'node:fs/promises';
import {DamagedInput} from '../../../engine/errors.ts';

/** Bytes of a file. */
export interface Range {
	readonly start: number;
	readonly size: number;
}

const pieceSize = 4 << 20;

/**
 * Copies bytes of one file to a place in another, which has nothing there yet: what is zero is left out, and
 * stays a hole.
 * @throws DamagedInput for a file that ends before that
 */
export async function copyRange(
	from: FileHandle,
	{start, size}: Range,
	to: FileHandle,
	target: number,
	{signal, onBytes}: {readonly signal: AbortSignal; readonly onBytes: (count: number) => void},
): Promise<void> {
	const buffer = Buffer.allocUnsafe(Math.min(pieceSize, size));
	for (let done = 0; done < size; ) {
		signal.throwIfAborted();
		const wanted = Math.min(buffer.length, size - done);
		const {bytesRead} = await from.read(buffer, 0, wanted, start + done);
		if (bytesRead === 0) throw new DamagedInput('a file became shorter while it was copied');
		const piece = buffer.subarray(0, bytesRead);
		if (!isZero(piece)) await writeAll(to, piece, target + done);
		done += bytesRead;
		onBytes(bytesRead);
	}
}

const zeros = Buffer.alloc(pieceSize);

function isZero(piece: Buffer): boolean {
	return piece.equals(zeros.subarray(0, piece.length));
}

/** A single write may be cut short, and says so only by its count. */
export async function writeAll(to: FileHandle, bytes: Buffer, target: number): Promise<void> {
	for (let done = 0; done < bytes.length; ) {
		const {bytesWritten} = await to.write(bytes, done, bytes.length - done, target + done);
		done += bytesWritten;
	}
}
