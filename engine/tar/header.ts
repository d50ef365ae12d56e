import type {ByteString} from '../tree/tree.ts';
import {damagedEntry, type HeaderPlace} from './damage.ts';

export const blockSize = 512;
const zeros = Buffer.alloc(blockSize);

export function isZeroBlock(block: Buffer): boolean {
	return block[0] === 0 && block.equals(zeros);
}

/** The fields of one 512-byte header, before extensions change them. */
export interface TarHeader extends HeaderPlace {
	/** One character; `\0` is the file type of tars older than POSIX. */
	readonly typeflag: string;
	readonly linkName: ByteString;
	/** With the bits of the file type, where the writer put them. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	readonly size: number;
	/** Seconds; negative in base-256 alone. */
	readonly mtime: number;
	readonly devMajor: number;
	readonly devMinor: number;
}

/**
 * Reads one header: V7, ustar with its prefix, star's shorter prefix, GNU without one.
 * Gives undefined for a block of zeros.
 * @throws DamagedInput for a wrong checksum or a field that is no number
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 */
export function decodeHeader(block: Buffer, offset: number): TarHeader | undefined {
	if (isZeroBlock(block)) return undefined;
	const place = {offset, name: decodeName(block)};
	if (!hasChecksum(block)) throw damagedEntry(place, 'the header checksum is wrong');
	const isDevice = block[156] === 0x33 || block[156] === 0x34;
	return {
		...place,
		typeflag: String.fromCharCode(block[156] ?? 0),
		linkName: text(block, 157, 257),
		mode: number(block, 100, 8, place, 'mode'),
		uid: number(block, 108, 8, place, 'uid'),
		gid: number(block, 116, 8, place, 'gid'),
		size: number(block, 124, 12, place, 'size'),
		mtime: number(block, 136, 12, place, 'mtime'),
		// Writers leave anything in these fields of other types.
		devMajor: isDevice ? number(block, 329, 8, place, 'devmajor') : 0,
		devMinor: isDevice ? number(block, 337, 8, place, 'devminor') : 0,
	};
}

function decodeName(block: Buffer): ByteString {
	const name = text(block, 0, 100);
	if (block.toString('latin1', 257, 263) !== 'ustar\0') return name;
	const isStar = block.toString('latin1', 508, 512) === 'tar\0';
	const prefix = text(block, 345, isStar ? 476 : 500);
	return prefix === '' ? name : `${prefix}/${name}`;
}

/** Bytes up to the first NUL, or all of the field. */
function text(block: Buffer, start: number, end: number): ByteString {
	const nul = block.indexOf(0, start);
	return block.toString('latin1', start, nul === -1 || nul > end ? end : nul);
}

/** Some old writers summed signed characters, so either sum will do. */
function hasChecksum(block: Buffer): boolean {
	let unsigned = 8 * 0x20;
	let aboveAscii = 0;
	for (let at = 0; at < blockSize; at++) {
		if (at === 148) at = 156;
		const byte = block[at] ?? 0;
		unsigned += byte;
		if (byte > 0x7f) aboveAscii++;
	}
	const stored = parseOctal(block, 148, 8);
	return stored === unsigned || stored === unsigned - 256 * aboveAscii;
}

function number(
	block: Buffer,
	start: number,
	length: number,
	place: HeaderPlace,
	field: string,
): number {
	const isBinary = ((block[start] ?? 0) & 0x80) !== 0;
	const value = isBinary ? parseBase256(block, start, length) : parseOctal(block, start, length);
	if (value === undefined) {
		const bytes = block.toString('hex', start, start + length);
		throw damagedEntry(place, `its ${field} is not a number within 2^53 (bytes ${bytes})`);
	}
	return value;
}

/** Octal digits with spaces or NULs around them; nothing but those is 0. */
function parseOctal(block: Buffer, start: number, length: number): number | undefined {
	let at = start;
	let end = start + length;
	while (at < end && isBlank(block[at])) at++;
	while (end > at && isBlank(block[end - 1])) end--;
	let value = 0;
	for (; at < end; at++) {
		const digit = (block[at] ?? 0) - 0x30;
		if (digit < 0 || digit > 7) return undefined;
		value = value * 8 + digit;
	}
	return value;
}

function isBlank(byte: number | undefined): boolean {
	return byte === 0x20 || byte === 0;
}

/** GNU's binary numbers: big-endian two's complement, the top bit of the first byte set as a mark. */
function parseBase256(block: Buffer, start: number, length: number): number | undefined {
	const first = block[start] ?? 0;
	const isNegative = (first & 0x40) !== 0;
	const flip = isNegative ? 0xff : 0;
	let value = (first ^ flip) & 0x7f;
	for (let at = start + 1; at < start + length; at++) {
		value = value * 256 + ((block[at] ?? 0) ^ flip);
		if (value > Number.MAX_SAFE_INTEGER) return undefined;
	}
	return isNegative ? -value - 1 : value;
}
