import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type BootProgram, neededPrograms} from '../../../engine/preflight/boot-programs.ts';
import {findBootProblems, readEarlyBoot} from '../../../engine/preflight/missing-drivers.ts';
import {neededDrivers} from '../../../engine/preflight/needed-drivers.ts';

const test = suite<{root: string}>('drivers that an image must have');

test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'slipway-drivers-'));
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

function file(root: string, place: string, text: string): void {
	mkdirSync(path.dirname(path.join(root, place)), {recursive: true});
	writeFileSync(path.join(root, place), text);
}

/** A folder of sysfs, with a link to its driver's module. */
function device(root: string, place: string, module: string): void {
	const home = path.join(root, 'sys/module', module);
	mkdirSync(home, {recursive: true});
	mkdirSync(path.join(root, place, 'driver'), {recursive: true});
	symlinkSync(home, path.join(root, place, 'driver/module'));
}

function mounted(root: string, type: string, source: string): void {
	file(root, 'proc/self/mountinfo', `25 1 0:20 / /sysroot ro - ${type} ${source} rw\n`);
}

function block(root: string, name: string, place: string): void {
	mkdirSync(path.join(root, 'sys/class/block'), {recursive: true});
	symlinkSync(path.join(root, place), path.join(root, 'sys/class/block', name));
}

test('are those of the file system, the disk and the bus that it is on', async ({root}) => {
	const pci = 'sys/devices/pci0000:00/0000:00:02.0';
	mounted(root, 'ext4', '/dev/vda2');
	device(root, pci, 'virtio_pci');
	device(root, `${pci}/virtio1`, 'virtio_blk');
	mkdirSync(path.join(root, pci, 'virtio1/block/vda/vda2'), {recursive: true});
	block(root, 'vda2', `${pci}/virtio1/block/vda/vda2`);
	assert.equal(await neededDrivers(root), [
		{module: 'ext4', purpose: "the root's file system ext4"},
		{module: 'virtio_blk', purpose: 'the disk vda2'},
		{module: 'virtio_pci', purpose: 'the disk vda2'},
	]);
});

test('include LUKS and MD on the way down', async ({root}) => {
	mounted(root, 'btrfs', '/dev/mapper/dm-0');
	file(root, 'sys/devices/virtual/block/dm-0/dm/uuid', 'CRYPT-LUKS2-0011-root\n');
	mkdirSync(path.join(root, 'sys/devices/virtual/block/dm-0/slaves/md127'), {recursive: true});
	file(root, 'sys/devices/virtual/block/md127/md/level', 'raid1\n');
	mkdirSync(path.join(root, 'sys/devices/virtual/block/md127/slaves'), {recursive: true});
	block(root, 'dm-0', 'sys/devices/virtual/block/dm-0');
	block(root, 'md127', 'sys/devices/virtual/block/md127');
	assert.equal(
		(await neededDrivers(root)).map(({module}) => module),
		['btrfs', 'dm_crypt', 'raid1'],
	);
});

test('include those below a name that device mapper gave', async ({root}) => {
	mounted(root, 'ext4', '/dev/mapper/slipway-root');
	file(root, 'dev/dm-0', '');
	mkdirSync(path.join(root, 'dev/mapper'));
	symlinkSync('../dm-0', path.join(root, 'dev/mapper/slipway-root'));
	file(root, 'sys/devices/virtual/block/dm-0/dm/uuid', 'CRYPT-LUKS2-0011-slipway-root\n');
	block(root, 'dm-0', 'sys/devices/virtual/block/dm-0');
	const drivers = await neededDrivers(root);
	assert.equal(drivers, [
		{module: 'ext4', purpose: "the root's file system ext4"},
		{module: 'dm_crypt', purpose: 'the encryption of dm-0'},
	]);
	assert.equal(await neededPrograms(drivers, root), [
		{program: 'luks', purpose: 'the encryption of dm-0'},
	]);
	for (const [options, isNeeded] of [
		['rd.luks.options=0011=x-initrd.attach,tpm2-device=auto', true],
		['rd.luks.options=tpm2-device=/dev/tpmrm0', true],
		['rd.luks.options=0011=tries=0', false],
		['rd.luks.options=0011=tpm2-device=', false],
		['luks.options=0011=tpm2-device=auto', false],
	] as const) {
		file(root, 'proc/cmdline', `quiet ${options} rw\n`);
		const found = (await neededPrograms([], root)).map(({program}) => program);
		assert.equal(found, isNeeded ? ['tpm2'] : [], options);
	}
});

test('are not asked for where nothing is known of the disk', async ({root}) => {
	mounted(root, 'xfs', '/dev/vda2');
	assert.equal(
		(await neededDrivers(root)).map(({module}) => module),
		['xfs'],
	);
	rmSync(path.join(root, 'proc'), {recursive: true});
	assert.equal(await neededDrivers(root), []);
});

const needed = [
	{module: 'ext4', purpose: "the root's file system ext4"},
	{module: 'dm_crypt', purpose: 'the encryption of dm-0'},
	{module: 'virtio_blk', purpose: 'the disk vda'},
];

test('are missing when neither initramfs nor kernel has them, each by its name', () => {
	const problems = findBootProblems(
		{drivers: needed, programs: []},
		{
			inInitramfs: new Set(['ext4']),
			builtIn: new Set(['virtio_blk']),
			programs: new Set(),
			hasBootScript: true,
		},
	);
	assert.equal(
		problems.map(({code, message}) => [code, message]),
		[
			[
				'missing-driver',
				"the image's initramfs lacks the module dm_crypt, which this machine needs for the encryption of dm-0",
			],
		],
	);
});

test('are missing beside programs that go with them', () => {
	const programs = [
		{program: 'luks', purpose: 'the encryption of dm-0'},
		{program: 'tpm2', purpose: 'its TPM2, which unlocks the root'},
	] as const;
	const early = {
		inInitramfs: new Set<string>(),
		builtIn: new Set<string>(),
		programs: new Set<BootProgram>(['luks']),
		hasBootScript: true,
	};
	const [problem, ...others] = findBootProblems({drivers: [], programs}, early);
	assert.equal(others, []);
	assert.equal(
		[problem?.code, problem?.message],
		[
			'missing-boot-program',
			"the image's initramfs lacks the libraries for TPM2, which this machine needs for its TPM2, which unlocks the root",
		],
	);
});

test('are told beside the lack of boot support', () => {
	const early = {
		inInitramfs: new Set<string>(),
		builtIn: new Set<string>(),
		programs: new Set<BootProgram>(),
		hasBootScript: false,
	};
	assert.equal(
		findBootProblems({drivers: needed, programs: []}, early).map(({code}) => code),
		['no-boot-support', 'missing-driver', 'missing-driver', 'missing-driver'],
	);
});

test('are read out of an initramfs and the list of what is built in', async ({root}) => {
	const initramfs = path.join(root, 'initramfs.img');
	const names = [
		'usr/lib/modules/6.12/kernel/fs/ext4/ext4.ko.xz',
		'usr/lib/modules/6.12/kernel/drivers/md/dm-crypt.ko',
		'usr/lib/slipway/slipway-root',
		'usr/lib/systemd/systemd-cryptsetup',
		'usr/lib/x86_64-linux-gnu/libtss2-tcti-device.so.0.0.0',
		'usr/lib/systemd/system-generators/systemd-cryptsetup-generator',
	];
	writeFileSync(initramfs, gzipSync(cpio(names)));
	const text = async () => 'kernel/drivers/block/virtio_blk.ko\n';
	const early = await readEarlyBoot({text}, '6.12', initramfs);
	assert.equal(early, {
		inInitramfs: new Set(['ext4', 'dm_crypt']),
		builtIn: new Set(['virtio_blk']),
		programs: new Set(['luks', 'tpm2']),
		hasBootScript: true,
	});
});

/** Empty files in the format newc. */
function cpio(names: readonly string[]): Buffer {
	const members = [...names, 'TRAILER!!!'].map((name) => {
		const fields = [0, 0o100644, 0, 0, 1, 0, 0, 0, 0, 0, 0, name.length + 1, 0];
		const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
		const length = header.length + name.length + 1;
		return Buffer.concat([Buffer.from(`${header}${name}\0`), Buffer.alloc(-length & 3)]);
	});
	return Buffer.concat(members);
}

test.run();
