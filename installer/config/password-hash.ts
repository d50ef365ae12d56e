/**
 * Hashes that crypt(5) makes and that are worth having; DES, MD5 and texts that are no hash are none.
 * @see crypt(5)
 */
const hashPatterns: readonly RegExp[] = [
	/^\$(?:y|gy|7)\$[./A-Za-z0-9$]{20,}$/,
	/^\$6\$(?:rounds=\d{4,9}\$)?[^$:\s]{1,16}\$[./A-Za-z0-9]{86}$/,
	/^\$5\$(?:rounds=\d{4,9}\$)?[^$:\s]{1,16}\$[./A-Za-z0-9]{43}$/,
	/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/,
];

export const passwordHashSyntax = 'a hash such as "openssl passwd -6" prints';

export function isPasswordHash(text: string): boolean {
	return hashPatterns.some((pattern) => pattern.test(text));
}
