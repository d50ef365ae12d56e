import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {blockDeviceOfName} from '../../../installer/disk/block-devices.ts';
import {type Volume, volumeArguments, volumesBelow} from '../../../installer/mounted/volumes.ts';
import {type FakeDevice, makeKernel} from '../disk/sysfs.ts';

const test = suite('volumes below a file system');

const mapper = (number: string, uuid: string, slaves: readonly string[]): FakeDevice => ({
	number,
	slaves,
	files: {'dm/name': 'x', 'dm/uuid': uuid},
});

const devices: Readonly<Record<string, FakeDevice>> = {
	sda: {number: '8:0'},
	sda1: {number: '8:1', disk: 'sda'},
	'dm-0': mapper('253:0', 'CRYPT-LUKS2-1234-x', ['sda1']),
	'dm-1': mapper('253:1', 'LVM-abc', ['dm-0']),
	'dm-2': mapper('253:2', 'part1-mpath-1', ['sda']),
	'dm-3': mapper('253:3', 'something', []),
	md0: {number: '9:0', slaves: ['sda1']},
	'dm-4': mapper('253:4', 'LVM-xyz', ['md0']),
};

const cases: readonly (readonly [name: string, volumes: readonly string[]])[] = [
	['sda1', []],
	['dm-0', ['LUKS']],
	['dm-1', ['LVM', 'LUKS']],
	['dm-2', ['multipath']],
	['dm-3', ['device mapper']],
	['dm-4', ['LVM', 'MD RAID']],
];

for (const [name, volumes] of cases)
	test(`are ${volumes.join(' on ') || 'none'} of ${name}`, () => {
		const kernel = makeKernel(devices);
		try {
			const device = blockDeviceOfName(kernel.paths, name);
			assert.equal(device && volumesBelow(kernel.paths, device), volumes);
		} finally {
			kernel.remove();
		}
	});

test('are activated by their name', () => {
	const named = (mapperName: string | undefined, volumes: readonly Volume[] = ['LVM']) =>
		volumeArguments({mapperName}, volumes).map(({argument}) => argument);
	assert.equal(named('vg0-root'), ['rd.lvm.lv=vg0/root']);
	assert.equal(named('my--group-my--root--1'), ['rd.lvm.lv=my-group/my-root-1']);
	assert.equal(named('vg0-root', []), []);
	assert.equal(named('cryptroot'), []);
	assert.equal(named(undefined), []);
	assert.equal(volumeArguments(undefined, ['LVM']), []);
});

test.run();
