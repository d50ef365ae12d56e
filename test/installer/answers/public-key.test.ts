import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {distinctKeys, parsePublicKey} from '../../../installer/answers/public-key.ts';
import {publicKey} from '../config/sample-configs.ts';

const test = suite('public keys');

const [type = '', blob = ''] = publicKey.split(' ');
const options = 'from="192.0.2.0/24",command="echo \\"a b\\""';

test('are taken apart', () => {
	const key = {options: '', type, blob: blob.replace(/=+$/, ''), comment: ''};
	assert.equal(parsePublicKey(`${type} ${blob}`), key);
	assert.equal(parsePublicKey(`  ${type}\t${blob}  anna  at home `), {
		...key,
		comment: 'anna at home',
	});
	assert.equal(parsePublicKey(`${options} ${type} ${blob} anna@desk`), {
		...key,
		options,
		comment: 'anna@desk',
	});
});

for (const line of [
	`ssh-rsa ${blob}`,
	`${type} ${blob.slice(0, -4)}`,
	`${type} ${blob}AAAA`,
	`${type} not-base64`,
	`${type} AA`,
	type,
	'ssh-dss AAAAB3NzaC1kc3MAAAAA',
	`two words ${publicKey}`,
	`${publicKey}\n${publicKey}`,
	'-----BEGIN OPENSSH PRIVATE KEY-----',
	'<!doctype html>',
	'',
])
	test(`are not ${JSON.stringify(line.slice(0, 40))}`, () => {
		assert.is(parsePublicKey(line), undefined);
	});

test('are each there once, by the key itself', () => {
	const other = publicKey.replace(blob, otherBlob());
	assert.equal(
		distinctKeys([`restrict ${type} ${blob}`, `restrict ${other}`, publicKey, 'no key', 'no key']),
		[`restrict ${type} ${blob}`, `restrict ${other}`, 'no key'],
	);
});

/** One with another last byte. */
function otherBlob(): string {
	const bytes = Buffer.from(blob, 'base64');
	bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
	return bytes.toString('base64');
}

test.run();
