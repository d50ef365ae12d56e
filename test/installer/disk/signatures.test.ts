import {readFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {
	describeSignature,
	parseBlkidExport,
	parseWipefs,
	probeRegion,
} from '../../../installer/disk/signatures.ts';

const test = suite('signatures');
const fixture = (name: string) =>
	readFileSync(path.join(import.meta.dirname, '../../fixtures/disk', name), 'utf8');

test('of a partition table are left to sfdisk', () => {
	assert.equal(parseWipefs(fixture('wipefs-gpt.json')), []);
});

test('of one file system are one, however many places it has them in', () => {
	assert.equal(parseWipefs(fixture('wipefs-vfat.json')), [
		{type: 'vfat', label: 'STICK', uuid: '1234-ABCD'},
	]);
});

test('are none when wipefs prints nothing', () => {
	assert.equal(parseWipefs(''), []);
	assert.throws(() => parseWipefs('oops'), /wipefs printed/);
});

test('keep the label that somebody gave, whatever is in it', () => {
	assert.equal(parseBlkidExport(fixture('blkid-ext4.txt')), {
		type: 'ext4',
		label: 'a b=$"x\\y',
		uuid: '5a1b0000-0000-4000-8000-000000000005',
	});
});

test('are none where there is only a partition table', () => {
	assert.is(parseBlkidExport('DEVNAME=disk\nPTTYPE=gpt\n'), undefined);
});

test('of several file systems at once are told as that', async () => {
	const system = fakeSystem({}, {blkid: () => ({status: 8, stdout: '', stderr: ''})});
	const found = await probeRegion(system, '/dev/sda', {start: 512, size: 1024});
	assert.is(found && describeSignature(found), 'several file systems at once');
	assert.equal(system.commandLines(), [
		'blkid --probe --output export --offset 512 --size 1024 /dev/sda',
	]);
});

test('have the names that people use', () => {
	const described = (type: string, label?: string) =>
		describeSignature({type, label, uuid: undefined});
	assert.equal(
		[
			described('ext4', 'root'),
			described('crypto_LUKS'),
			described('LVM2_member'),
			described('xfs', ''),
		],
		['ext4 "root"', 'LUKS', 'LVM', 'xfs'],
	);
});

test.run();
