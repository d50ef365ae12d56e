import {createHash} from 'node:crypto';

/** The digits of crypt(5)'s base 64. */
const digits = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const rounds = 5000;
const size = 64;

/** 16 digits, as many as count. */
export const saltLength = 16;

/**
 * The hash `$6$SALT$…` of crypt(5), with its 5000 rounds.
 * @param random as many bytes as the salt has digits
 * @see https://www.akkadia.org/drepper/SHA-crypt.txt
 */
export function sha512Crypt(password: string, random: Uint8Array): string {
	const salt = [...random.subarray(0, saltLength)].map((byte) => digits[byte % 64]).join('');
	return `$6$${salt}$${encode(digestOf(Buffer.from(password), Buffer.from(salt)))}`;
}

function digestOf(password: Buffer, salt: Buffer): Buffer {
	const passwords = repeated(digest(...Array(password.length).fill(password)), password.length);
	let current = firstDigest(password, salt);
	const salts = repeated(digest(...Array(16 + (current[0] ?? 0)).fill(salt)), salt.length);
	for (let round = 0; round < rounds; round++) {
		const isOdd = round % 2 === 1;
		current = digest(
			isOdd ? passwords : current,
			round % 3 === 0 ? Buffer.alloc(0) : salts,
			round % 7 === 0 ? Buffer.alloc(0) : passwords,
			isOdd ? current : passwords,
		);
	}
	return current;
}

function firstDigest(password: Buffer, salt: Buffer): Buffer {
	const other = digest(password, salt, password);
	const parts = [password, salt, repeated(other, password.length)];
	// Bits of the length, the lowest first.
	for (let bits = password.length; bits > 0; bits >>= 1)
		parts.push(bits % 2 === 1 ? other : password);
	return digest(...parts);
}

function digest(...parts: readonly Buffer[]): Buffer {
	return createHash('sha512').update(Buffer.concat(parts)).digest();
}

function repeated(bytes: Buffer, length: number): Buffer {
	return Buffer.alloc(length, bytes);
}

/** Three bytes of the digest, a third of it apart and turning, are four digits; the last byte is two. */
function encode(bytes: Buffer): string {
	let text = '';
	const third = 21;
	for (let index = 0; index < third; index++) {
		const triple = [index, index + third, index + 2 * third];
		const turned = triple.map((_, place) => bytes[triple[(place + index) % 3] ?? 0] ?? 0);
		const [high = 0, middle = 0, low = 0] = turned;
		text += encodeBits((high << 16) | (middle << 8) | low, 4);
	}
	return text + encodeBits(bytes[size - 1] ?? 0, 2);
}

function encodeBits(value: number, count: number): string {
	return Array.from({length: count}, (_, index) => digits[(value >> (6 * index)) & 63]).join('');
}
