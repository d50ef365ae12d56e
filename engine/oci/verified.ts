import {createHash, hash} from 'node:crypto';
import {DamagedInput} from '../errors.ts';
import {type Digest, digestAlgorithm, digestHex} from './digest.ts';

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

const hint = 'It was damaged or changed on the way. Fetch or copy it again.';

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

/** The same for bytes that are there already. @throws DamagedInput */
export function checkDigest(bytes: Uint8Array, {what, digest}: ExpectedContent): void {
	const found = digestOf(bytes, digestAlgorithm(digest));
	if (found !== digest) throw new DamagedInput(`${what} ${digest} has the digest ${found}`, {hint});
}
