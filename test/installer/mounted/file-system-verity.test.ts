import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {whyNoVerity} from '../../../installer/mounted/file-system-verity.ts';

const test = suite<{folder: string; sys: string}>('fs-verity of a mounted file system');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'verity-'));
	context.sys = path.join(context.folder, 'sys');
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

/** A superblock of ext4 as far as it is read. */
function device(folder: string, features: number): string {
	const bytes = Buffer.alloc(4096);
	bytes.writeUInt32LE(features, 1024 + 0x64);
	const file = path.join(folder, 'device');
	writeFileSync(file, bytes);
	return file;
}

function kernelWith(sys: string, type: string): void {
	mkdirSync(path.join(sys, 'fs', type, 'features'), {recursive: true});
	writeFileSync(path.join(sys, 'fs', type, 'features/verity'), 'supported\n');
}

test('is there where both have it', ({folder, sys}) => {
	kernelWith(sys, 'ext4');
	kernelWith(sys, 'btrfs');
	assert.is(whyNoVerity('ext4', device(folder, 0x8400), sys), undefined);
	assert.is(whyNoVerity('btrfs', '/nothing', sys), undefined);
});

test('is missing for a reason', ({folder, sys}) => {
	const kernel = 'the kernel that runs here has no fs-verity for';
	assert.is(whyNoVerity('xfs', '/nothing', sys), 'xfs has no fs-verity');
	assert.is(whyNoVerity('btrfs', '/nothing', sys), `${kernel} btrfs`);
	assert.is(whyNoVerity('ext4', device(folder, 0x8000), sys), `${kernel} ext4`);
	kernelWith(sys, 'ext4');
	assert.is(
		whyNoVerity('ext4', device(folder, 0x7fff), sys),
		'the file system was made without fs-verity',
	);
});

test.run();
