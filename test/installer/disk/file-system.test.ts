import {mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import {
	ext4Arguments,
	makeEspFileSystem,
	makeExt4,
	makeFileSystem,
	partitionLoop,
	vfatArguments,
} from '../../../installer/disk/file-system.ts';
import type {PlannedPartition} from '../../../installer/disk/layout.ts';
import {probeRegion} from '../../../installer/disk/signatures.ts';
import {GiB, MiB} from '../../../installer/disk/size.ts';

const test = suite('file systems');
const system = hostSystem();
const mke2fsConfig = path.resolve(
	import.meta.dirname,
	'../../../image/root/usr/lib/slipway/mke2fs.conf',
);
const uuid = '5a1b0000-0000-4000-8000-000000000005';
let folder: string;
let file: string;

test.before.each(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-mkfs-'));
	file = path.join(folder, 'disk.raw');
	writeFileSync(file, '');
	truncateSync(file, 300 * MiB);
});
test.after.each(() => rmSync(folder, {recursive: true}));

const esp: PlannedPartition = {
	role: 'esp',
	number: 1,
	start: MiB,
	size: 64 * MiB,
	type: '',
	uuid: '',
	name: 'slipway-esp',
	finishedName: 'slipway-esp',
	fileSystem: {type: 'vfat', uuid: '8F42-B948', label: 'SLIPWAY-ESP'},
};
const root: PlannedPartition = {
	...esp,
	role: 'root',
	number: 2,
	fileSystem: {type: 'ext4', uuid, label: 'slipway-root'},
};

for (const [sectorSize, size] of [
	[512, 64 * MiB],
	[512, 258 * MiB],
	[4096, 260 * MiB],
] as const) {
	test(`of an ESP of ${size / MiB} MiB are FAT32 in place, with sectors of ${sectorSize} bytes`, async () => {
		const partition = {...esp, size};
		await makeEspFileSystem(system, {path: file, sectorSize}, partition);
		assert.equal(await probeRegion(system, file, partition), {
			type: 'vfat',
			label: 'SLIPWAY-ESP',
			uuid: '8F42-B948',
		});
		const image = `${file}@@${MiB}`;
		const content = Buffer.alloc(3 * MiB, 'kernel');
		writeFileSync(path.join(folder, 'linux'), content);
		await system.run('mmd', ['-i', image, '::/EFI']);
		await system.run('mcopy', ['-i', image, path.join(folder, 'linux'), '::/EFI/linux']);
		await system.run('mcopy', ['-i', image, '::/EFI/linux', path.join(folder, 'copy')]);
		assert.ok(readFileSync(path.join(folder, 'copy')).equals(content));
		const alone = path.join(folder, 'esp.img');
		const region = ['bs=1M', 'skip=1', `count=${size / MiB}`, 'conv=sparse'];
		await system.run('dd', [`if=${file}`, `of=${alone}`, ...region]);
		await system.run('fsck.vfat', ['-n', alone]);
	});
}

test('of the ESP have clusters of 4 KiB, and smaller ones where that is too few', () => {
	const disk = {path: '/dev/sda', sectorSize: 512};
	assert.is(
		vfatArguments(disk, {...esp, size: GiB}).join(' '),
		'--invariant -i 8F42B948 -n SLIPWAY-ESP -F 32 -S 512 -s 8 -I --offset=2048 /dev/sda 1048576',
	);
	for (const [size, sectors] of [
		[64, 1],
		[100, 2],
		[256, 4],
		[258, 8],
	] as const)
		assert.match(
			vfatArguments(disk, {...esp, size: size * MiB}).join(' '),
			new RegExp(` -s ${sectors} `),
		);
	const largeSectors = {...disk, sectorSize: 4096};
	for (const size of [256 * MiB, GiB])
		assert.match(vfatArguments(largeSectors, {...esp, size}).join(' '), / -S 4096 -s 1 /);
});

test('in ext4 can have fs-verity and follow the configuration that slipway ships', async () => {
	const target = {path: file, sectorSize: 512};
	const whole = {...root, start: 0, size: 300 * MiB};
	await makeExt4(system, target, whole, {mke2fsConfig, lazyInit: false});
	const {stdout} = await system.run('dumpe2fs', ['-h', file]);
	const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(stdout)?.[1];
	assert.is(
		field('Filesystem features'),
		'has_journal ext_attr resize_inode dir_index filetype extent 64bit flex_bg sparse_super large_file huge_file dir_nlink extra_isize metadata_csum verity',
	);
	assert.equal(
		['Filesystem UUID', 'Filesystem volume name', 'Directory Hash Seed', 'Block size'].map(field),
		[uuid, 'slipway-root', uuid, '4096'],
	);
	assert.equal(['Inode count', 'Reserved block count'].map(field), [
		String((300 * MiB) / 16_384),
		String(Math.floor((300 * MiB) / 4096 / 100)),
	]);
});

test('get identifier and label from the plan whatever their type', async () => {
	const fake = fakeSystem();
	for (const type of ['btrfs', 'xfs'] as const)
		await makeFileSystem(fake, '/dev/loop0', {type, uuid, label: 'slipway-root'});
	assert.equal(fake.commandLines(), [
		`mkfs.btrfs --quiet --force --uuid ${uuid} --label slipway-root /dev/loop0`,
		`mkfs.xfs -q -f -L slipway-root -m uuid=${uuid} /dev/loop0`,
	]);
});

test('in ext4 lie at their offset, in whole blocks', () => {
	const disk = {path: '/dev/sda', sectorSize: 512};
	const partition = {...root, start: 3 * MiB, size: 300 * MiB + 512};
	assert.is(
		ext4Arguments(disk, partition, {lazyInit: true}).join(' '),
		`-q -F -t ext4 -U ${uuid} -L slipway-root -E hash_seed=${uuid},lazy_itable_init=1,lazy_journal_init=1,nodiscard,offset=3145728 /dev/sda 307200K`,
	);
});

test('are made on a device with the sectors of the disk', () => {
	assert.equal(partitionLoop({path: '/dev/sda', sectorSize: 4096}, esp), {
		offset: MiB,
		sizeLimit: 64 * MiB,
		sectorSize: 4096,
	});
});

test.run();
