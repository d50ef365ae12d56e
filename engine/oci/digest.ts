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
