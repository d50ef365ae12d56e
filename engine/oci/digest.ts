import {createHash, hash} from 'node:crypto';
import {DamagedInput} from '../errors.ts';

/** Algorithm and lower-case hex of bytes as transferred: `sha256:…`. */
export type Digest = `sha256:${string}` | `sha512:${string}`;

const pattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

export function isDigest(text: string): text is Digest {
	return pattern.test(text);
}

export function digestAlgorithm(digest: Digest): 'sha256' | 'sha512' {
	return digest.startsWith('sha256:') ? 'sha256' : 'sha512';
}

/** The digest without its algorithm: names blobs in layouts and registries. */
export function digestHex(digest: Digest): string {
	return digest.slice(digest.indexOf(':') + 1);
}

export function digestOf(bytes: Uint8Array, algorithm: 'sha256' | 'sha512' = 'sha256'): Digest {
	return `${algorithm}:${hash(algorithm, bytes, 'hex')}`;
}

export interface ExpectedContent {
	/** For messages: `layer`, `config`. */
	readonly what: string;
	readonly digest: Digest;
	/** Exact, where it is known. */
	readonly size?: number;
}

/**
 * Passes the bytes on and checks them on the way: stops as soon as there are too many, and throws at
 * the end when they are too few or others. Nothing made of them may be used before the end.
 * @throws DamagedInput
 */
export async function* verified(
	source: AsyncIterable<Buffer>,
	{what, digest, size}: ExpectedContent,
): AsyncGenerator<Buffer, void> {
	const algorithm = digestAlgorithm(digest);
	const hasher = createHash(algorithm);
	let length = 0;
	const hint = 'It was damaged or changed on the way. Fetch or copy it again.';
	for await (const chunk of source) {
		length += chunk.length;
		if (size !== undefined && length > size)
			throw new DamagedInput(`${what} ${digest} has more than its ${size} bytes`, {hint});
		hasher.update(chunk);
		yield chunk;
	}
	if (size !== undefined && length < size)
		throw new DamagedInput(`${what} ${digest} has ${length} of its ${size} bytes`, {hint});
	const found = hasher.digest('hex');
	if (found !== digestHex(digest))
		throw new DamagedInput(`${what} ${digest} has the digest ${algorithm}:${found}`, {hint});
}
