import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {isPublicKey} from '../../../installer/answers/public-key.ts';

const test = suite('public key');

const encoded = 'AAAAC3NzaC1lZDI1NTE5AAAAIJ2f1xM0mZ5zv1Yt9dGQm8vYt0m1lq4yQqkKc0example';

test('is one whose type is that of the key itself', () => {
	assert.ok(isPublicKey(`ssh-ed25519 ${encoded} anna@desk`));
	assert.ok(isPublicKey(`  ssh-ed25519 ${encoded}`));
	for (const line of [
		'',
		'ssh-ed25519',
		`ssh-rsa ${encoded}`,
		`ssh-ed25519 ${encoded.slice(0, 20)}`,
		'ssh-ed25519 AA',
		'ssh-ed25519 not*base64',
		'-----BEGIN OPENSSH PRIVATE KEY-----',
		'<!doctype html>',
	])
		assert.not.ok(isPublicKey(line), line);
});

test.run();
