import {randomBytes} from 'node:crypto';
import {Secret} from './secret.ts';
import {saltLength, sha512Crypt} from './sha512-crypt.ts';

/** The hash that shadow(5) gets of a password in plain text, each time another. */
export function hashPassword(password: Secret): Secret {
	return new Secret(sha512Crypt(password.reveal(), randomBytes(saltLength)));
}
