/** Public keys as lines of authorized_keys. */

/** Types that OpenSSH takes; DSA is gone. */
const keyTypes = [
	'ssh-ed25519',
	'ssh-rsa',
	'ecdsa-sha2-nistp256',
	'ecdsa-sha2-nistp384',
	'ecdsa-sha2-nistp521',
	'sk-ssh-ed25519@openssh.com',
	'sk-ecdsa-sha2-nistp256@openssh.com',
];

export interface PublicKey {
	/** What its holder may do, `from="…",restrict`; empty when nothing is said. */
	readonly options: string;
	readonly type: string;
	/** The key itself, in base64: two lines with the same one are the same key. */
	readonly blob: string;
	readonly comment: string;
}

/**
 * Takes apart a line `[OPTIONS] TYPE BASE64 [COMMENT]` whose base64 says the same type; undefined for any
 * other.
 * @see RFC 4253, section 6.6
 */
export function parsePublicKey(line: string): PublicKey | undefined {
	if (/[\r\n\0]/.test(line)) return undefined;
	// Options may have quoted blanks.
	const words = line.match(/(?:"(?:[^"\\]|\\.)*"|[^\s"])+/g) ?? [];
	const at = words.findIndex((word) => keyTypes.includes(word));
	const [type = '', blob = '', ...comment] = words.slice(Math.max(at, 0));
	if (at > 1 || at < 0 || !isBlobOf(type, blob)) return undefined;
	return {
		options: at === 0 ? '' : (words[0] ?? ''),
		type,
		blob: blob.replace(/=+$/, ''),
		comment: comment.join(' '),
	};
}

/** The key inside begins with its type and has at least one more field. */
function isBlobOf(type: string, base64: string): boolean {
	if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return false;
	const fields = fieldsOf(Buffer.from(base64, 'base64'));
	return fields !== undefined && fields.length >= 2 && fields[0]?.toString('latin1') === type;
}

/** Strings with their length before them; undefined when they do not fill it exactly. */
function fieldsOf(blob: Buffer): Buffer[] | undefined {
	const fields: Buffer[] = [];
	let offset = 0;
	while (offset < blob.length) {
		if (offset + 4 > blob.length) return undefined;
		const end = offset + 4 + blob.readUInt32BE(offset);
		if (end > blob.length) return undefined;
		fields.push(blob.subarray(offset + 4, end));
		offset = end;
	}
	return fields;
}

/** Lines without those whose key an earlier one has, whatever else they say. */
export function distinctKeys(lines: readonly string[]): string[] {
	const seen = new Set<string>();
	return lines.filter((line) => {
		const identity = parsePublicKey(line)?.blob ?? line;
		const isNew = !seen.has(identity);
		seen.add(identity);
		return isNew;
	});
}
