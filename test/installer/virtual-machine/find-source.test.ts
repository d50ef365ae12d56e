import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {liveFiles} from '../../../installer/live/live-medium.ts';
import {
	type Found,
	findPath,
	meantSource,
	openAddedDisk,
	openMedium,
} from '../../../installer/virtual-machine/find-source.ts';
import {failure} from '../../engine/oci/settings/failure.ts';

const test = suite('what a machine is made of');

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-source-'));
test.after(() => rmSync(folder, {recursive: true}));
const system = fakeSystem({deviceSize: () => ({size: 0x9000, sectorSize: 512})});

/** Makes a file with a mark somewhere; gives its path. */
function file(name: string, offset: number, mark: string): string {
	const bytes = Buffer.alloc(0x9000);
	bytes.write(mark, offset, 'latin1');
	const place = path.join(folder, name);
	writeFileSync(place, bytes);
	return place;
}

const raw = file('raw.iso', 510, '\x55\xaa');
const iso = file('iso.raw', 0x8001, 'CD001');
const blank = file('blank', 0, '');
const packed = file('disk.tar.gz', 0, '\x1f\x8b');
const stream = file('stream.vmdk', 0, 'KDMV\x03\0\0\0\x01\0\x03');
const archive = path.join(folder, 'gce.tar.gz');
writeFileSync(archive, gzipSync(readFileSync(file('gce.tar', 257, 'ustar'))));
const live = path.join(folder, 'live');
mkdirSync(live);
for (const name of Object.values(liveFiles)) writeFileSync(path.join(live, name), `${name}\n`);

/** What it says, for people. */
async function refusal(run: () => unknown): Promise<string> {
	const {message, hint} = await failure(run);
	return `${message}; ${hint}`.replaceAll(folder, '…');
}

test('is a path when there is something, and an image otherwise', () => {
	const table: readonly (readonly [string, Found, 'path' | 'image'])[] = [
		['registry.example.com/myos', 'file', 'path'],
		['myos', 'block-device', 'path'],
		['.', 'live-folder', 'path'],
		['myos', 'nothing', 'image'],
		['registry.example.com:5000/team/myos:1@sha256:ab', 'nothing', 'image'],
		['docker://registry.example.com/myos', 'nothing', 'image'],
		['localhost/raw.iso/of', 'nothing', 'image'],
	];
	for (const [word, found, meant] of table) assert.is(meantSource(word, found), meant, word);
});

test('is asked back about where neither can be meant', async () => {
	const there = 'Give a disk image that is there, or the name of a container image.';
	for (const word of ['./disk', '/dev/sdz', 'disk.qcow2', 'live.ISO', 'my os', '--pull', 'folder/'])
		assert.is(
			await refusal(() => meantSource(word, 'nothing')),
			`there is no file ${word}; ${there}`,
		);
	assert.is(
		await refusal(() => meantSource('a\u001b[2J', 'nothing')),
		`there is no file a\\u{1b}[2J; ${there}`,
	);
	assert.is(
		await refusal(() => meantSource('myos', 'folder')),
		'myos is a folder without vmlinuz: no medium; If an image is meant, name its registry too: localhost/myos.',
	);
	assert.is(
		await refusal(() => meantSource('./out', 'folder')),
		'./out is a folder without vmlinuz: no medium; Give a disk image, or a folder that slipway disk --format pxe made.',
	);
	assert.is(
		await refusal(() => meantSource('/dev/null', 'other')),
		'/dev/null is neither a file nor a block device; Give a disk image, a block device or a container image.',
	);
});

test('is found at its path', () => {
	const table: readonly (readonly [string, Found])[] = [
		[raw, 'file'],
		[live, 'live-folder'],
		[folder, 'folder'],
		['/dev/null', 'other'],
		[path.join(folder, 'missing'), 'nothing'],
	];
	for (const [place, found] of table) assert.is(findPath(place), found, place);
});

test('is taken for what it is, whatever its name', () => {
	assert.equal(openMedium(system, raw, false), {
		...{kind: 'disk', path: raw, format: 'raw', sectorSize: 512, isKept: false},
	});
	assert.equal(openMedium(system, path.relative('.', iso), false), {kind: 'optical', path: iso});
	assert.equal(openMedium(system, live, false), {
		kind: 'live',
		kernel: path.join(live, 'vmlinuz'),
		initramfs: path.join(live, 'initrd.img'),
		image: path.join(live, 'root.erofs'),
		commandLine: 'cmdline',
	});
	const image = {path: raw, format: 'raw', sectorSize: 512, isBlank: false};
	writeFileSync(
		path.join(folder, 'bios.raw'),
		Buffer.concat([Buffer.from('\xeb', 'latin1'), readFileSync(raw).subarray(1)]),
	);
	assert.is(openMedium(system, path.join(folder, 'bios.raw'), false, 'bios').kind, 'disk');
	assert.is(openMedium(system, stream, false).kind, 'disk');
	assert.equal(openAddedDisk(system, raw), image);
	assert.equal(openAddedDisk(system, blank), {...image, path: blank, isBlank: true});
});

test('is refused where it cannot be booted, or not be written to', async () => {
	const table: readonly (readonly [() => unknown, string])[] = [
		[
			() => openMedium(system, blank, false),
			'nothing boots from …/blank: no partition table; Give a disk: raw, qcow2, vmdk, vhdx, vhd or an ISO. One to install to goes by --add-disk.',
		],
		[
			() => openMedium(system, packed, false),
			'…/disk.tar.gz is packed by gzip; Unpack it first: gzip -dk …/disk.tar.gz',
		],
		[
			() => openMedium(system, archive, false),
			'…/gce.tar.gz is packed by tar and gzip; Unpack it first: tar -xkf …/gce.tar.gz',
		],
		[
			() => openMedium(system, stream, true),
			'…/stream.vmdk is a compressed (streamOptimized) VMDK, which keeps no changes; Leave --persistent out; a disk to write to goes by --add-disk FILE.',
		],
		[
			() => openAddedDisk(system, stream),
			'…/stream.vmdk is a compressed (streamOptimized) VMDK, which QEMU only reads; Convert it: qemu-img convert -O qcow2 …/stream.vmdk …/stream.vmdk.qcow2',
		],
		[
			() => openMedium(system, raw, false, 'bios'),
			'no BIOS starts …/raw.iso: it has no program for one; Leave --firmware bios out; or make the disk with slipway disk --firmware bios.',
		],
		[
			() => openMedium(system, iso, true),
			'…/iso.raw is an ISO, which keeps no changes; Leave --persistent out; a disk to write to goes by --add-disk FILE.',
		],
		[
			() => openMedium(system, live, true),
			'…/live is a medium for network boots, which keeps no changes; Leave --persistent out; a disk to write to goes by --add-disk FILE.',
		],
		[
			() => openAddedDisk(system, iso),
			'…/iso.raw is an ISO, which is no disk to write to; Boot it: slipway run …/iso.raw.',
		],
		[
			() => openAddedDisk(system, '20G'),
			'20G is neither a size nor a file; Give a size with its unit, such as "20 GiB", or make a file: truncate -s 20G FILE.',
		],
	];
	for (const [run, expected] of table) assert.is(await refusal(run), expected);
	rmSync(path.join(live, liveFiles.image));
	assert.is(
		await refusal(() => openMedium(system, live, false)),
		'…/live lacks root.erofs; Make it again: slipway disk --format pxe.',
	);
});

test.run();
