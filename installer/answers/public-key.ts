/** Types of public keys that OpenSSH takes, with those of security keys and certificates. */
const types =
	/^(ssh-(ed25519|rsa|dss)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)$/;

/**
 * Whether a line is a public key as in authorized_keys, options left aside: the type that it says is
 * also the one that the key itself begins with.
 */
export function isPublicKey(line: string): boolean {
	const [type = '', encoded = ''] = line.trim().split(/\s+/);
	if (!types.test(type) || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return false;
	const bytes = Buffer.from(encoded, 'base64');
	if (bytes.length < 4) return false;
	const length = bytes.readUInt32BE();
	return bytes.toString('latin1', 4, 4 + length) === type && bytes.length > 4 + length + 4;
}
