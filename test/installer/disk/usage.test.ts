import {readFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {KernelCallFailed} from '../../../engine/system/libc.ts';
import type {System} from '../../../engine/system/system.ts';
import {blockDeviceOfName} from '../../../installer/disk/block-devices.ts';
import {backsRunningSystem, readKernelState} from '../../../installer/disk/kernel-state.ts';
import {type DiskUse, describeUse, findFileUses, findUses} from '../../../installer/disk/usage.ts';
import {type FakeDevice, makeKernel} from './sysfs.ts';

const test = suite('use of a disk');

const disk: Readonly<Record<string, FakeDevice>> = {
	sda: {number: '8:0'},
	sda1: {number: '8:1', disk: 'sda'},
	sda2: {number: '8:2', disk: 'sda'},
};

interface Situation {
	readonly devices?: Readonly<Record<string, FakeDevice>>;
	readonly mountinfo?: string;
	readonly swaps?: string;
	/** Answer of the exclusive open, by name of the node. */
	readonly probe?: System['probeExclusive'];
}

function inSituation<T>(
	{devices = disk, mountinfo = '', swaps, probe = () => 'free'}: Situation,
	look: (kernel: ReturnType<typeof makeKernel>['paths'], system: System) => T,
): T {
	const kernel = makeKernel(devices, {mountinfo, ...(swaps !== undefined && {swaps})});
	try {
		return look(kernel.paths, fakeSystem({probeExclusive: probe}));
	} finally {
		kernel.remove();
	}
}

function usesOf(name: string, situation: Situation): DiskUse[] {
	return inSituation(situation, (paths, system) => {
		const device = blockDeviceOfName(paths, name);
		if (device === undefined) throw new Error(`no ${name}`);
		return findUses(system, paths, readKernelState(paths), device);
	});
}

function isOwn(name: string, situation: Situation): boolean {
	return inSituation(situation, (paths) => {
		const device = blockDeviceOfName(paths, name);
		if (device === undefined) throw new Error(`no ${name}`);
		return backsRunningSystem(paths, readKernelState(paths), device);
	});
}

test('is none when nothing uses it', () => {
	assert.equal(usesOf('sda', {}), []);
});

test('is every mount and swap space of the disk and its partitions', () => {
	const situation = {
		mountinfo:
			'1 0 8:1 / /home rw - ext4 /dev/sda1 rw\n2 0 8:1 / /mnt rw - ext4 /dev/sda1 rw\n3 0 8:16 / /other rw - ext4 /dev/sdb rw\n',
		swaps: 'Filename Type\n/dev/sda2 partition 1 0 -2\n/dev/sdb2 partition 1 0 -2\n',
	};
	assert.equal(usesOf('sda', situation).map(describeUse), [
		'sda1 is mounted on /home',
		'sda1 is mounted on /mnt',
		'sda2 is swap space in use',
	]);
	assert.equal(usesOf('sda2', situation).map(describeUse), ['sda2 is swap space in use']);
});

test('is what device mapper and RAID made of it', () => {
	const devices = {
		...disk,
		sda2: {number: '8:2', disk: 'sda', holders: ['dm-0', 'md0']},
		'dm-0': {number: '252:0', slaves: ['sda2'], files: {'dm/name': 'vg0-data'}},
		md0: {number: '9:0', slaves: ['sda2']},
	};
	assert.equal(usesOf('sda', {devices}).map(describeUse), [
		'sda2 is part of dm-0 (vg0-data)',
		'sda2 is part of md0',
	]);
});

test('is seen through an exclusive open when a container sees no mount, by the partition if one is', () => {
	const busyAt = (names: readonly string[]): Situation => ({
		probe: (node) => (names.includes(path.basename(node)) ? 'busy' : 'free'),
	});
	assert.equal(usesOf('sda', busyAt(['sda', 'sda2'])), [{kind: 'busy', device: 'sda2'}]);
	assert.equal(usesOf('sda', busyAt(['sda'])).map(describeUse), [
		'sda is in use by something that cannot be seen from here',
	]);
});

test('is not made up when a partition cannot be opened', () => {
	const probe = (node: string) => {
		if (path.basename(node) === 'sda') return 'free' as const;
		throw new KernelCallFailed('open', node, 'EPERM');
	};
	assert.equal(usesOf('sda', {probe}), []);
});

test('is that of loop devices over it, but not of idle ones that a killed run left', () => {
	const devices = {
		...disk,
		loop0: {number: '7:0', files: {'loop/backing_file': '/dev/sda'}},
		loop1: {number: '7:1', files: {'loop/backing_file': '/disk.raw'}},
		loop2: {number: '7:2', files: {'loop/backing_file': '/disk.raw'}},
	};
	assert.equal(usesOf('sda', {devices}), []);
	const mountinfo =
		'1 0 7:0 / /mnt/a rw - ext4 /dev/loop0 rw\n2 0 7:2 / /mnt/b rw - ext4 /dev/loop2 rw\n';
	assert.equal(usesOf('sda', {devices, mountinfo}).map(describeUse), [
		'loop0 is mounted on /mnt/a',
	]);
	const fileUses = inSituation(
		{devices, mountinfo, swaps: 'Filename Type\n/swap.raw file 1 0 -2\n'},
		(paths, system) =>
			['/disk.raw', '/swap.raw', '/else'].map((file) =>
				findFileUses(system, paths, readKernelState(paths), file).map(describeUse),
			),
	);
	assert.equal(fileUses, [['loop2 is mounted on /mnt/b'], ['/swap.raw is swap space in use'], []]);
});

test('is by the running system when its root, boot partition or live medium lies on the disk', () => {
	const mounted = (number: string, place: string) => ({
		mountinfo: `1 0 ${number} / ${place} rw - ext4 x rw\n`,
	});
	for (const place of ['/', '/sysroot', '/boot', '/efi', '/run/initramfs/live']) {
		assert.ok(isOwn('sda', mounted('8:2', place)), place);
		assert.ok(isOwn('sda2', mounted('8:1', place)), 'another partition of the same disk');
	}
	assert.not(isOwn('sda', mounted('8:2', '/home')));
	assert.not(isOwn('sda', mounted('8:16', '/')));
});

test('is by the running system through encryption too', () => {
	const devices = {...disk, 'dm-0': {number: '252:0', slaves: ['sda2']}};
	assert.ok(isOwn('sda', {devices, mountinfo: '1 0 252:0 / / rw - ext4 /dev/mapper/root rw\n'}));
});

test("is by the running system when a container's engine keeps its files there", () => {
	const mountinfo = readFileSync(
		path.join(import.meta.dirname, '../../fixtures/disk/mountinfo-podman.txt'),
		'utf8',
	);
	assert.ok(isOwn('vda', {devices: {vda: {number: '254:0'}}, mountinfo}));
});

test.run();
