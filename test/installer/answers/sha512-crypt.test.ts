import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {hashPassword} from '../../../installer/answers/hash-password.ts';
import {Secret} from '../../../installer/answers/secret.ts';
import {sha512Crypt} from '../../../installer/answers/sha512-crypt.ts';
import {isPasswordHash} from '../../../installer/config/password-hash.ts';

const test = suite('SHA-512 crypt');

/** Made by `openssl passwd -6 -salt`. */
const known: readonly [password: string, salt: string, hash: string][] = [
	[
		'hunter2',
		'abcdefghijklmnop',
		'$6$abcdefghijklmnop$EC.xeLW9zNWcX0r23FSpQaV7PG.Ibd4QnLe3w6UC47i3/vkPQouEDwvUpGtqFiad5mzQG96cD/LywQiXv9WfH/',
	],
	[
		's e c r e t #1',
		'./0123456789ABCD',
		'$6$./0123456789ABCD$Tg63GhP8hYyoW3E8ArKuAntHFJyv6A2R6EnoPu2z.gcqOhlzAEAzyIY0Qthm.44w5UnldPW94cYIlTjnfSaXa/',
	],
	[
		'také #tajné',
		'saltstringsaltst',
		'$6$saltstringsaltst$pJpdV5E5XkuoLehJYB.wWHFAO635dlrsoMmHFKxfFAX986TAOs3FZbxlEgHUoGSba6C9VjmOcKGmYgMlrHpxj/',
	],
	[
		'x'.repeat(130),
		'zzzzzzzzzzzzzzzz',
		'$6$zzzzzzzzzzzzzzzz$NpDX7s5bD15CuLpH81YasQQ7Hwqj.hmZJiRRYFwmPk/naUEKXP4qzEazIdDunATmQy7sQ0Lw69nru0xETVy2I/',
	],
];

test('gives what other programs give', () => {
	const digits = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
	for (const [password, salt, hash] of known) {
		const random = Uint8Array.from([...salt].map((digit) => digits.indexOf(digit)));
		assert.is(sha512Crypt(password, random), hash, password);
	}
});

test('takes another salt each time', () => {
	const [one, other] = [hashPassword(new Secret('hunter2')), hashPassword(new Secret('hunter2'))];
	assert.ok(isPasswordHash(one.reveal()), one.reveal());
	assert.is.not(one.reveal(), other.reveal());
});

test.run();
