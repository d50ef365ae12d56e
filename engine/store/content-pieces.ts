import {closeSync, openSync, readSync} from 'node:fs';
import {DamagedInput} from '../errors.ts';
import type {StoredContent} from './content-sink.ts';

export const contentPieceSize = 1 << 20;

/**
 * A stored content of `size` bytes, piece by piece; a piece is valid until the next is asked for. Objects
 * are not hashed here.
 * @param buffer of {@link contentPieceSize}, not shared with another that is being read
 * @throws DamagedInput when its object is missing or has another size
 */
export function* contentPieces(
	pathOf: (verityDigest: string) => string,
	{size, stored}: {readonly size: number; readonly stored: StoredContent},
	buffer: Buffer,
): Generator<Buffer, undefined> {
	const {inline, verityDigest = ''} = stored;
	if (inline !== undefined) {
		yield inline;
		return undefined;
	}
	let left = size;
	using object = openObject(pathOf(verityDigest), verityDigest);
	for (;;) {
		const count = readObject(object.fd, buffer, verityDigest);
		left -= count;
		if (count === 0 || left < 0) break;
		yield buffer.subarray(0, count);
	}
	if (left !== 0) throw new DamagedInput(`object ${verityDigest} is not ${size} bytes long`);
	return undefined;
}

function openObject(path: string, verityDigest: string): {readonly fd: number} & Disposable {
	try {
		const fd = openSync(path, 'r');
		return {fd, [Symbol.dispose]: () => closeSync(fd)};
	} catch (cause) {
		throw unreadable(verityDigest, cause);
	}
}

/** The kernel gives no bytes that are not what fs-verity says. */
function readObject(fd: number, buffer: Buffer, verityDigest: string): number {
	try {
		return readSync(fd, buffer, 0, contentPieceSize, null);
	} catch (cause) {
		throw unreadable(verityDigest, cause);
	}
}

function unreadable(verityDigest: string, cause: unknown): DamagedInput {
	return new DamagedInput(`object ${verityDigest} cannot be read`, {cause});
}
