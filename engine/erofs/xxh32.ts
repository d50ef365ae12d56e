const prime1 = 0x9e3779b1;
const prime2 = 0x85ebca77;
const prime3 = 0xc2b2ae3d;
const prime4 = 0x27d4eb2f;
const prime5 = 0x165667b1;

function rotateLeft(value: number, bits: number): number {
	return (value << bits) | (value >>> (32 - bits));
}

function round(lane: number, input: number): number {
	return Math.imul(rotateLeft((lane + Math.imul(input, prime2)) | 0, 13), prime1);
}

/** Folds the whole 16-byte stripes into four lanes, and those into one. */
function hashStripes(data: Buffer, seed: number): number {
	let lane1 = (seed + prime1 + prime2) | 0;
	let lane2 = (seed + prime2) | 0;
	let lane3 = seed | 0;
	let lane4 = (seed - prime1) | 0;
	for (let at = 0; at + 16 <= data.length; at += 16) {
		lane1 = round(lane1, data.readInt32LE(at));
		lane2 = round(lane2, data.readInt32LE(at + 4));
		lane3 = round(lane3, data.readInt32LE(at + 8));
		lane4 = round(lane4, data.readInt32LE(at + 12));
	}
	return (
		(rotateLeft(lane1, 1) + rotateLeft(lane2, 7) + rotateLeft(lane3, 12) + rotateLeft(lane4, 18)) |
		0
	);
}

/**
 * The 32-bit xxHash, unsigned; EROFS puts xattr names through it.
 * @see https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */
export function xxh32(data: Buffer, seed: number): number {
	let hash = data.length >= 16 ? hashStripes(data, seed) : (seed + prime5) | 0;
	hash = (hash + data.length) | 0;
	let at = data.length - (data.length % 16);
	for (; at + 4 <= data.length; at += 4)
		hash = Math.imul(rotateLeft((hash + Math.imul(data.readInt32LE(at), prime3)) | 0, 17), prime4);
	for (; at < data.length; at++)
		hash = Math.imul(rotateLeft((hash + Math.imul(data[at] ?? 0, prime5)) | 0, 11), prime1);
	hash = Math.imul(hash ^ (hash >>> 15), prime2);
	hash = Math.imul(hash ^ (hash >>> 13), prime3);
	return (hash ^ (hash >>> 16)) >>> 0;
}
