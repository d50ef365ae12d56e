import {randomBytes} from 'node:crypto';
import {mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	type DiskContent,
	diskContent,
	readDiskContent,
} from '../../../installer/virtual-machine/disk-content.ts';

const test = suite('disk content');

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-content-'));
test.after(() => rmSync(folder, {recursive: true}));

/** Zeros with some bytes in them. */
function bytes(length: number, ...marks: readonly (readonly [offset: number, text: string])[]) {
	const made = Buffer.alloc(length);
	for (const [offset, text] of marks) made.write(text, offset, 'latin1');
	return made;
}

function noise(length: number, [offset, text]: readonly [number, string]) {
	const made = randomBytes(length);
	made.write(text, offset, 'latin1');
	return made;
}

const mbr = [510, '\x55\xaa'] as const;
const iso = [0x8001, 'CD001'] as const;
const none = Buffer.alloc(0);
const disk = (format: 'raw' | 'qcow2' | 'vmdk' | 'vhdx' | 'vpc', sectorSize: 512 | 4096 = 512) =>
	({kind: 'disk', format, sectorSize}) as const;

test('is known by its bytes', () => {
	const table: readonly (readonly [string, Buffer, Buffer, DiskContent])[] = [
		['qcow2', bytes(0x9000, [0, 'QFI\xfb\0\0\0\x03']), none, disk('qcow2')],
		['sparse vmdk', bytes(0x9000, [0, 'KDMV\x03']), none, disk('vmdk')],
		[
			'compressed vmdk',
			bytes(0x9000, [0, 'KDMV\x03\0\0\0\x01\0\x03']),
			none,
			{...disk('vmdk'), readOnly: 'a compressed (streamOptimized) VMDK'},
		],
		[
			'vmdk in several files',
			Buffer.from('# Disk DescriptorFile\nversion=1\n'),
			none,
			disk('vmdk'),
		],
		['vhdx', bytes(0x9000, [0, 'vhdxfile']), none, disk('vhdx')],
		['vhd that grows', bytes(0x9000, [0, 'conectix']), bytes(512, [0, 'conectix']), disk('vpc')],
		['vhd of fixed size', bytes(0x9000, mbr), bytes(512, [0, 'conectix']), disk('vpc')],
		['raw', bytes(0x9000, mbr, [512, 'EFI PART']), bytes(512, [0, 'EFI PART']), disk('raw')],
		['raw, large sectors', bytes(0x9000, mbr, [4096, 'EFI PART']), none, disk('raw', 4096)],
		['iso', bytes(0x9000, iso), none, {kind: 'optical'}],
		['hybrid iso', bytes(0x9000, mbr, [512, 'EFI PART'], iso), none, {kind: 'optical'}],
		['gzip', bytes(0x9000, [0, '\x1f\x8b\x08']), none, {kind: 'packed', packing: 'gzip'}],
		[
			'tar and gzip',
			gzipSync(bytes(0x9000, [257, 'ustar'])),
			none,
			{kind: 'packed', packing: 'tar and gzip'},
		],
		[
			'tar and gzip, cut off',
			gzipSync(noise(0x9000, [257, 'ustar'])).subarray(0, 0x8000),
			none,
			{kind: 'packed', packing: 'tar and gzip'},
		],
		['xz', bytes(0x9000, [0, '\xfd7zXZ\0']), none, {kind: 'packed', packing: 'xz'}],
		['zstd', bytes(0x9000, [0, '\x28\xb5\x2f\xfd']), none, {kind: 'packed', packing: 'zstd'}],
		['ova', bytes(0x9000, [257, 'ustar']), none, {kind: 'packed', packing: 'tar'}],
		['zeros', bytes(0x9000), bytes(512), {kind: 'blank'}],
		['a text', Buffer.from('QFI, but not so'), none, {kind: 'blank'}],
		['nothing', none, none, {kind: 'blank'}],
		['cut off in the middle of its mark', bytes(511, [510, '\x55']), none, {kind: 'blank'}],
	];
	for (const [name, head, tail, expected] of table)
		assert.equal(diskContent(head, tail), expected, name);
});

test('is read from both ends of a file, however small', () => {
	const file = path.join(folder, 'disk');
	const read = (content: Buffer, size = content.length): DiskContent => {
		writeFileSync(file, content);
		truncateSync(file, size);
		return readDiskContent(file, size);
	};
	assert.equal(read(bytes(4096, mbr), 1 << 20), disk('raw'));
	assert.equal(read(bytes(1 << 20, mbr, [(1 << 20) - 512, 'conectix'])), disk('vpc'));
	assert.equal(read(bytes(0x9000, iso)), {kind: 'optical'});
	assert.equal(read(none), {kind: 'blank'});
	assert.equal(read(Buffer.from('vhdx')), {kind: 'blank'});
});

test.run();
