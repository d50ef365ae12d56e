/**
 * Numbers, texts and times as ISO 9660 writes them.
 * @see https://ecma-international.org/publications-and-standards/standards/ecma-119/ (sections 7 and 8.4.26)
 */
import {alignUp} from '../../disk/size.ts';

/** Of a logical block and a sector, in bytes. */
export const blockSize = 2048;

/** Blocks that so many bytes take. */
export function blocksOf(bytes: number): number {
	return Math.ceil(bytes / blockSize);
}

/** The content, with zeros behind it to whole blocks. */
export function inBlocks(content: Buffer): Buffer {
	return Buffer.concat([
		content,
		Buffer.alloc(alignUp(content.length, blockSize) - content.length),
	]);
}

/** The content, with a zero behind it where its length is odd. */
export function evenly(bytes: Buffer): Buffer {
	return Buffer.concat([bytes, Buffer.alloc(bytes.length & 1)]);
}

/** Both byte orders, one after the other. */
export function both16(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt16LE(value, 0);
	bytes.writeUInt16BE(value, 2);
	return bytes;
}

/** As {@link both16}. */
export function both32(value: number): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeUInt32LE(value, 0);
	bytes.writeUInt32BE(value, 4);
	return bytes;
}

/** @throws RangeError for a text that is too long, which would lose its end */
export function paddedText(text: string, length: number): Buffer {
	if (text.length > length) throw new RangeError(`"${text}" is longer than ${length} characters`);
	return Buffer.from(text.padEnd(length), 'latin1');
}

/** Of a directory record: seven bytes, UTC. */
export function shortTime(time: Date): Buffer {
	return Buffer.from([
		time.getUTCFullYear() - 1900,
		time.getUTCMonth() + 1,
		time.getUTCDate(),
		time.getUTCHours(),
		time.getUTCMinutes(),
		time.getUTCSeconds(),
		0,
	]);
}

/** Of a volume descriptor: 16 digits and the time zone; all zeros for a time that is not said. */
export function longTime(time: Date | undefined): Buffer {
	const digits = time?.toISOString().replace(/\D/g, '').slice(0, 14).padEnd(16, '0');
	return Buffer.concat([Buffer.from(digits ?? '0'.repeat(16)), Buffer.alloc(1)]);
}
