import {mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	readRootEncryption,
	recordRootEncryption,
	rootEncryptionFile,
} from '../../../engine/deployment/root-encryption.ts';
import {Lacking} from '../../../engine/errors.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';

const test = suite<{root: string}>('encryption of the root');

test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'slipway-encryption-'));
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

function file(root: string, place: string, text: string): void {
	mkdirSync(path.dirname(path.join(root, place)), {recursive: true});
	writeFileSync(path.join(root, place), text);
}

/** A machine whose root is on what device mapper made. */
function mounted(root: string, uuid: string): void {
	file(root, 'proc/self/mountinfo', '25 1 0:20 / /sysroot ro - ext4 /dev/mapper/slipway-root rw\n');
	file(root, 'dev/dm-0', '');
	mkdirSync(path.join(root, 'dev/mapper'));
	symlinkSync('../dm-0', path.join(root, 'dev/mapper/slipway-root'));
	file(root, 'sys/class/block/dm-0/dm/uuid', `${uuid}\n`);
	mkdirSync(path.join(root, 'sys/class/block/dm-0/slaves/vda2'), {recursive: true});
}

const header = JSON.stringify({
	keyslots: {1: {}, 2: {}},
	tokens: {0: {type: 'systemd-recovery', keyslots: ['2']}},
});

test('is seen by everybody, and what opens it when root has noted that', async ({root}) => {
	mounted(root, 'CRYPT-LUKS2-0011-slipway-root');
	assert.equal(await readRootEncryption('/sysroot', root), {type: 'luks2', unlockedBy: null});
	const system = fakeSystem({}, {cryptsetup: header});
	await recordRootEncryption(system, '/sysroot', root);
	assert.equal(system.commandLines(), ['cryptsetup luksDump --dump-json-metadata /dev/vda2']);
	assert.equal(await readRootEncryption('/sysroot', root), {
		type: 'luks2',
		unlockedBy: [{kind: 'passphrase'}, {kind: 'recovery-key'}],
	});
	assert.is(statSync(path.join(root, rootEncryptionFile)).mode & 0o777, 0o644);
});

test('is none for other roots', async ({root}) => {
	const system = fakeSystem({}, {cryptsetup: header});
	assert.is(await readRootEncryption('/sysroot', root), undefined);
	mounted(root, 'LVM-0011');
	assert.is(await readRootEncryption('/sysroot', root), undefined);
	file(root, 'proc/self/mountinfo', '25 1 0:20 / /sysroot ro - ext4 /dev/vda2 rw\n');
	assert.is(await readRootEncryption('/sysroot', root), undefined);
	await recordRootEncryption(system, '/sysroot', root);
	assert.equal(system.calls, []);
});

test('is not noted where there is no cryptsetup, nor read when that is damaged', async ({root}) => {
	mounted(root, 'CRYPT-LUKS2-0011-slipway-root');
	const system = fakeSystem({
		run: async () => {
			throw new Lacking('missing-program', 'cryptsetup is not installed');
		},
	});
	await recordRootEncryption(system, '/sysroot', root);
	file(root, rootEncryptionFile, '{"version": 1, "unlockedBy": [{"kind": "luck"}]}');
	assert.equal(await readRootEncryption('/sysroot', root), {type: 'luks2', unlockedBy: null});
});

test.run();
