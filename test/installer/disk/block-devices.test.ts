import {rmSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	type BlockDevice,
	blockDeviceOfName,
	blockDeviceOfNumber,
	deviceNumber,
	disksBehind,
	rawDeviceNumber,
} from '../../../installer/disk/block-devices.ts';
import {makeKernel} from './sysfs.ts';

const test = suite('block devices in sysfs');
const kernel = makeKernel({
	nvme0n1: {number: '259:0', files: {diskseq: '7'}},
	nvme0n1p1: {number: '259:1', disk: 'nvme0n1'},
	nvme0n1p2: {number: '259:2', disk: 'nvme0n1', holders: ['dm-0']},
	sda: {number: '8:0', holders: ['md127']},
	sdb: {number: '8:16', holders: ['md127'], files: {ro: '1'}},
	md127: {number: '9:127', slaves: ['sda', 'sdb'], holders: ['dm-1']},
	'dm-0': {number: '252:0', slaves: ['nvme0n1p2'], files: {'dm/name': 'luks-root'}},
	'dm-1': {number: '252:1', slaves: ['md127', 'dm-0'], files: {'dm/name': 'vg-data'}},
	loop0: {number: '7:0', files: {'loop/backing_file': '/no/such/file (deleted)'}},
});
test.after(kernel.remove);

function device(name: string): BlockDevice {
	const found = blockDeviceOfName(kernel.paths, name);
	if (found === undefined) throw new Error(`no ${name}`);
	return found;
}

test('are found by number and by name, with partitions and holders', () => {
	const disk: BlockDevice = {
		name: 'nvme0n1',
		number: '259:0',
		disk: undefined,
		partitions: ['nvme0n1p1', 'nvme0n1p2'],
		holders: [],
		slaves: [],
		isReadOnly: false,
		diskSequence: 7,
		mapperName: undefined,
		backingFile: undefined,
	};
	assert.equal(blockDeviceOfNumber(kernel.paths, '259:0'), disk);
	assert.equal(device('nvme0n1'), disk);
	assert.equal(device('nvme0n1p2'), {
		...disk,
		name: 'nvme0n1p2',
		number: '259:2',
		disk: 'nvme0n1',
		partitions: [],
		holders: ['dm-0'],
		diskSequence: undefined,
	});
	assert.is(device('dm-0').mapperName, 'luks-root');
	assert.is(device('loop0').backingFile, '/no/such/file (deleted)');
	assert.ok(device('sdb').isReadOnly);
});

test('are found by number in a container, which hides the list by number', () => {
	const {paths, remove} = makeKernel({
		sda: {number: '8:0'},
		sda1: {number: '8:1', disk: 'sda'},
	});
	try {
		rmSync(path.join(paths.sys, 'dev/block'), {recursive: true});
		const partition = blockDeviceOfNumber(paths, '8:1');
		assert.equal([partition?.name, partition?.disk], ['sda1', 'sda']);
		assert.is(blockDeviceOfNumber(paths, '8:2'), undefined);
	} finally {
		remove();
	}
});

test('are undefined when the kernel has none', () => {
	assert.is(blockDeviceOfNumber(kernel.paths, '0:21'), undefined);
	assert.is(blockDeviceOfName(kernel.paths, 'sdz'), undefined);
});

test('lie on the disks behind partitions, RAID and device mapper', () => {
	const behind = (name: string) => [...disksBehind(kernel.paths, device(name))].sort();
	assert.equal(behind('nvme0n1p1'), ['nvme0n1']);
	assert.equal(behind('dm-0'), ['dm-0', 'nvme0n1']);
	assert.equal(behind('dm-1'), ['dm-0', 'dm-1', 'md127', 'nvme0n1', 'sda', 'sdb']);
	assert.equal(behind('loop0'), ['loop0']);
});

test('have numbers that survive their way through st_rdev', () => {
	for (const number of ['8:1', '259:300', '4095:1048575', '0:0']) {
		assert.is(deviceNumber(rawDeviceNumber(number)), number);
	}
});

test.run();
