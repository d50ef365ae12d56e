import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../engine/errors.ts';
import {KiB} from '../../../installer/disk/size.ts';
import {fileSystemSize} from '../../../installer/grow/file-system-size.ts';

const test = suite<{folder: string}>('size of a file system');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-size-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const never = (): number => {
	throw new Error('nobody asks for it');
};

/** A device that is empty but for some bytes. */
function device(
	folder: string,
	bytes: readonly (readonly [offset: number, hex: string])[],
): string {
	const content = Buffer.alloc(72 * KiB);
	for (const [offset, hex] of bytes) content.write(hex, offset, 'hex');
	const file = path.join(folder, 'device');
	writeFileSync(file, content);
	return file;
}

const ext4 = [
	[KiB + 0x4, '00000800'],
	[KiB + 0x18, '02000000'],
	[KiB + 0x38, '53ef'],
	[KiB + 0x150, '01000000'],
] as const;

test('is read of ext4', ({folder}) => {
	assert.is(fileSystemSize(device(folder, ext4), 'ext4', never), 2 ** 31);
});

test('is read of ext4 with more blocks than 32 bits count', ({folder}) => {
	const wide = device(folder, [...ext4, [KiB + 0x60, 'c2020000']]);
	assert.is(fileSystemSize(wide, 'ext4', never), 2 ** 31 + 2 ** 44);
});

test('is read of btrfs', ({folder}) => {
	const file = device(folder, [
		[64 * KiB + 0x40, Buffer.from('_BHRfS_M').toString('hex')],
		[64 * KiB + 0xd1, '0000004001000000'],
	]);
	assert.is(fileSystemSize(file, 'btrfs', never), 2 ** 32 + 2 ** 30);
});

test('is what can be used of xfs, and its log', ({folder}) => {
	const file = device(folder, [
		[0, Buffer.from('XFSB').toString('hex')],
		[4, '00001000'],
		[48, '0000000000040004'],
		[96, '00004000'],
	]);
	assert.is(
		fileSystemSize(file, 'xfs', () => 2 ** 31),
		2 ** 31 + 2 ** 26,
	);
});

test('is not made up where there is none', ({folder}) => {
	for (const type of ['ext4', 'btrfs', 'xfs'] as const)
		assert.throws(
			() => fileSystemSize(device(folder, []), type, never),
			(error: unknown) =>
				error instanceof DamagedInput &&
				/device has no (ext4|btrfs|xfs) superblock$/.test(error.message),
		);
});

test.run();
