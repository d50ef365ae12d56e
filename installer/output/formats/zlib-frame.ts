import {lastBlock} from '../deflate.ts';

/** A deflated cluster as a zlib stream, in parts. @see RFC 1950 */
export function zlibFrame(bytes: Uint8Array, deflated: Uint8Array): Uint8Array[] {
	const checksum = Buffer.alloc(4);
	checksum.writeUInt32BE(adler32(bytes));
	return [header, deflated, lastBlock, checksum];
}

/** Deflate with a window of 32 KiB, at the default level. */
const header = Buffer.from([0x78, 0x9c]);
/** As many sums as stay below 2^32. */
const stride = 5552;

/** Node has crc32 alone. */
export function adler32(bytes: Uint8Array): number {
	let low = 1;
	let high = 0;
	for (let at = 0; at < bytes.length; ) {
		const end = Math.min(at + stride, bytes.length);
		for (; at < end; at++) {
			low += bytes[at] ?? 0;
			high += low;
		}
		low %= 65521;
		high %= 65521;
	}
	return high * 65536 + low;
}
