import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {MiB} from '../../../installer/disk/size.ts';
import {luksHeaderSize} from '../../../installer/encryption/encryption-plan.ts';
import {
	encryptionRequest,
	isEncryptionRequest,
	requestOffset,
} from '../../../installer/encryption/encryption-request.ts';

const test = suite('request to encrypt a root');

const uuid = '0f3a5c21-1111-4222-8333-444455556666';
const request = encryptionRequest({
	uuid,
	cipher: 'aes-xts-plain64',
	unlockedBy: [{kind: 'tpm2', pcrs: [7, 14], pin: false}],
});

test('is text that says all', () => {
	assert.is(request.length, 4096);
	assert.is(
		request.toString().replace(/\0+$/, ''),
		`slipway-encrypt 1 ${uuid}\ncipher=aes-xts-plain64\nkey-size=512\npcrs=7+14\n`,
	);
	assert.ok(isEncryptionRequest(request));
	assert.not(isEncryptionRequest(Buffer.alloc(4096)));
});

test('is not made where only people would unlock the root', () => {
	assert.throws(() =>
		encryptionRequest({uuid, cipher: 'aes-xts-plain64', unlockedBy: [{kind: 'passphrase'}]}),
	);
});

test('is looked for where it is, before the file system', () => {
	const script = readFileSync(
		path.resolve(import.meta.dirname, '../../../image/root/usr/lib/slipway/slipway-encrypt'),
		'utf8',
	);
	const {stdout} = spawnSync('sh', ['-c', `${script}\necho $((request_at * 4096))`], {
		encoding: 'utf8',
	});
	assert.is(Number(stdout), requestOffset);
	assert.is(luksHeaderSize, 16 * MiB);
	assert.match(script, `--offset ${luksHeaderSize} `);
	assert.match(script, `--offset ${luksHeaderSize / 512} `);
});

test.run();
