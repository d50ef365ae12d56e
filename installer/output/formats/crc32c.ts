/** Castagnoli's polynomial, its bits reversed; zlib's crc32 is of another. */
const polynomial = 0x82f63b78;

const table = Uint32Array.from({length: 256}, (_, byte) => {
	let remainder = byte;
	for (let bit = 0; bit < 8; bit++)
		remainder = (remainder >>> 1) ^ ((remainder & 1) === 0 ? 0 : polynomial);
	return remainder;
});

/** @see RFC 3720, appendix B.4 */
export function crc32c(bytes: Uint8Array): number {
	let remainder = 0xffffffff;
	for (const byte of bytes) remainder = (remainder >>> 8) ^ (table[(remainder ^ byte) & 0xff] ?? 0);
	return (remainder ^ 0xffffffff) >>> 0;
}
