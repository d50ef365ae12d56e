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

export const sshKeySyntax = 'a public key such as "ssh-ed25519 AAAA… name"';

/**
 * Whether a line is `[OPTIONS] TYPE BASE64 [COMMENT]`, and its base64 says the same type.
 * @see RFC 4253, section 6.6
 */
export function isSshKey(line: string): boolean {
	if (/[\r\n\0]/.test(line)) return false;
	// Options may have quoted blanks.
	const words = line.match(/(?:"(?:[^"\\]|\\.)*"|[^\s"])+/g) ?? [];
	const at = words.findIndex((word) => keyTypes.includes(word));
	const blob = words[at + 1];
	return (at === 0 || at === 1) && blob !== undefined && isBlobOf(words[at] ?? '', blob);
}

/** The key inside begins with its type and has at least one more field. */
function isBlobOf(type: string, base64: string): boolean {
	if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return false;
	const blob = Buffer.from(base64, 'base64');
	const fields = fieldsOf(blob);
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
