/** Castagnoli's polynomial, least bit first. */
const polynomial = 0x82f6_3b78;

const table = Uint32Array.from({length: 256}, (_, byte) => {
	let value = byte;
	for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ ((value & 1) * polynomial);
	return value >>> 0;
});

/**
 * As ext4 takes it: goes on from a sum before, which is all ones at the start, and inverts nothing; inverted at the
 * end, it is that of RFC 3720, appendix B.4. zlib's crc32 is of another polynomial.
 */
export function crc32c(bytes: Uint8Array, before = 0xffff_ffff): number {
	let sum = before;
	for (const byte of bytes) sum = (sum >>> 8) ^ (table[(sum ^ byte) & 0xff] ?? 0);
	return sum >>> 0;
}

/** The same over a number of 32 bits. */
export function crc32cOf(value: number, before: number): number {
	const bytes = Buffer.allocUnsafe(4);
	bytes.writeUInt32LE(value >>> 0);
	return crc32c(bytes, before);
}
