import type {Secret} from '../../answers/secret.ts';

/**
 * Whether shadow(5) can hold it and a password can match: a hash of crypt(5) with its method named, or
 * nothing at all. Text without a method would be DES or a password in clear.
 */
export function isPasswordHash(hash: Secret): boolean {
	return /^(|\$[0-9a-z]{1,6}\$[!-9;-~]{20,384})$/.test(hash.reveal());
}

/** What shadow has for a login that no password opens. */
export const locked = '!';
