import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../engine/errors.ts';
import {parseDiskList} from '../../../installer/disk/disk-list.ts';
import {lsblkSamples} from './lsblk-samples.ts';

const test = suite('list of disks');

test('has whole disks with a medium, and nothing else', () => {
	const disks = parseDiskList(lsblkSamples.workstation);
	assert.equal(disks, [
		{
			name: 'nvme0n1',
			path: '/dev/nvme0n1',
			size: 1_000_204_886_016,
			model: 'Samsung SSD 990 PRO 1TB',
			vendor: undefined,
			serial: 'S6Z1NJ0W1111',
			wwn: 'eui.0025384b31b01111',
			transport: 'nvme',
			isRotational: false,
			isRemovable: false,
		},
		{
			name: 'sda',
			path: '/dev/sda',
			size: 4_000_787_030_016,
			model: 'ST4000VN008-2DR166',
			vendor: 'ATA',
			serial: 'ZGY0ABCD',
			wwn: '0x5000c500a1b2c3d4',
			transport: 'sata',
			isRotational: true,
			isRemovable: false,
		},
		{
			name: 'sdb',
			path: '/dev/sdb',
			size: 32_015_679_488,
			model: 'Ultra',
			vendor: 'SanDisk',
			serial: '4C530001',
			wwn: undefined,
			transport: 'usb',
			isRotational: false,
			isRemovable: true,
		},
	]);
});

test('has the paths of a multipath disk as one', () => {
	const [disk, ...others] = parseDiskList(lsblkSamples.multipath);
	assert.equal(others, []);
	assert.equal(
		[disk?.name, disk?.path, disk?.vendor, disk?.transport],
		['dm-3', '/dev/mapper/mpatha', 'NETAPP', 'fc'],
	);
});

test('knows the transport of virtual disks and of eMMC', () => {
	const facts = (json: string) =>
		parseDiskList(json).map(({name, transport, size}) => [name, transport, size]);
	assert.equal(facts(lsblkSamples.virtual), [
		['vda', 'virtio', 34_359_738_368],
		['vdb', 'virtio', 10_737_418_240],
	]);
	assert.equal(facts(lsblkSamples.board), [['mmcblk0', 'mmc', 31_268_536_320]]);
});

for (const text of ['', '[]', '{"blockdevices": [{"kname": 1}]}'])
	test(`is not ${JSON.stringify(text)}`, () => {
		assert.throws(
			() => parseDiskList(text),
			(error: unknown) => error instanceof DamagedInput,
		);
	});

test.run();
