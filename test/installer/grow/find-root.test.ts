import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {EngineError} from '../../../engine/errors.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {GiB, KiB, MiB} from '../../../installer/disk/size.ts';
import {findRoot} from '../../../installer/grow/find-root.ts';
import {type FakeDevice, makeKernel} from '../disk/sysfs.ts';
import {esp, rootEntry, sampleTable} from './sample-root.ts';

const test = suite('what a root lies on');

const partitioned: Readonly<Record<string, FakeDevice>> = {
	vda: {number: '254:0', files: {'device/rescan': ''}},
	vda2: {
		number: '254:2',
		disk: 'vda',
		files: {partition: '2', start: String((256 * MiB) / 512), size: String(GiB / 512)},
	},
};

const mounted = (number: string, source: string, type = 'ext4'): string =>
	`31 30 ${number} / /sysroot ro,relatime shared:2 - ${type} ${source} rw\n`;

/** What sfdisk prints of the table of the samples. */
const listed = JSON.stringify({
	partitiontable: {
		label: 'gpt',
		id: sampleTable.id,
		unit: 'sectors',
		sectorsize: 512,
		partitions: [esp, rootEntry].map(({number, start, size, attributes, ...rest}) => ({
			...rest,
			node: `/dev/vda${number}`,
			start: start / 512,
			size: size / 512,
			...(attributes !== undefined && {attrs: attributes}),
		})),
	},
});

/** An ext4 of 1 GiB, as far as its size is read, in what is no disk with a table. */
function superblock(): Buffer {
	const bytes = Buffer.alloc(64 * KiB);
	bytes.writeUInt32LE(GiB / (4 * KiB), KiB + 0x4);
	bytes.writeUInt32LE(2, KiB + 0x18);
	bytes.writeUInt16LE(0xef53, KiB + 0x38);
	return bytes;
}

test('is found by its mount, with table, partition and file system', async () => {
	const kernel = makeKernel(partitioned, {mountinfo: mounted('254:2', '/dev/vda2')});
	const {dev} = kernel.paths;
	writeFileSync(path.join(dev, 'vda'), Buffer.alloc(64 * KiB));
	writeFileSync(path.join(dev, 'vda2'), superblock());
	const system = fakeSystem(
		{deviceSize: () => ({size: 64 * KiB, sectorSize: 512})},
		{sfdisk: listed},
	);
	try {
		assert.equal(await findRoot(system, '/sysroot', kernel.paths), {
			disk: {
				path: path.join(dev, 'vda'),
				size: 64 * KiB,
				sectorSize: 512,
				table: sampleTable,
				hasBackup: false,
			},
			partition: {path: path.join(dev, 'vda2'), number: 2, start: 256 * MiB, size: GiB},
			fileSystem: {type: 'ext4', size: GiB},
			mountPoint: '/sysroot',
		});
		const rescan = path.join(kernel.paths.sys, 'class/block/vda/device/rescan');
		assert.is(readFileSync(rescan, 'utf8'), '1', 'a SCSI disk was asked for its size');
	} finally {
		kernel.remove();
	}
});

test('is found below what it is unlocked as', async () => {
	const kernel = makeKernel(
		{
			...partitioned,
			'dm-0': {
				number: '252:0',
				slaves: ['vda2'],
				files: {
					'dm/name': 'slipway-root',
					'dm/uuid': 'CRYPT-LUKS2-0011-slipway-root',
					size: String((GiB - 16 * MiB) / 512),
				},
			},
		},
		{mountinfo: mounted('252:0', '/dev/mapper/slipway-root')},
	);
	const {dev} = kernel.paths;
	writeFileSync(path.join(dev, 'vda'), Buffer.alloc(64 * KiB));
	writeFileSync(path.join(dev, 'dm-0'), superblock());
	const deviceSize = () => ({size: 64 * KiB, sectorSize: 512});
	try {
		const root = await findRoot(
			fakeSystem({deviceSize}, {sfdisk: listed}),
			'/sysroot',
			kernel.paths,
		);
		assert.is(root.disk.path, path.join(dev, 'vda'));
		assert.is(root.partition.path, path.join(dev, 'vda2'));
		assert.equal(root.mapping, {
			path: path.join(dev, 'dm-0'),
			name: 'slipway-root',
			size: GiB - 16 * MiB,
		});
		assert.equal(root.fileSystem, {type: 'ext4', size: GiB});
	} finally {
		kernel.remove();
	}
});

const refusals: readonly (readonly [
	string,
	Readonly<Record<string, FakeDevice>>,
	string,
	string,
	string,
])[] = [
	[
		'one that is encrypted and mirrored',
		{
			'dm-0': {
				number: '252:0',
				slaves: ['md127'],
				files: {'dm/name': 'slipway-root', 'dm/uuid': 'CRYPT-LUKS2-0011-slipway-root'},
			},
		},
		mounted('252:0', '/dev/mapper/slipway-root'),
		'encrypted-root',
		'the root is encrypted, and dm-0 is not on a partition of its own',
	],
	[
		'a mirror',
		{md127: {number: '9:127', slaves: ['sda2', 'sdb2']}},
		mounted('9:127', '/dev/md127'),
		'mirrored-root',
		'the root is on md127, an array of several disks',
	],
	[
		'a volume of others',
		{
			'dm-0': {
				number: '252:0',
				slaves: ['vda2'],
				files: {'dm/name': 'vg-root', 'dm/uuid': 'LVM-0011'},
			},
		},
		mounted('252:0', '/dev/mapper/vg-root'),
		'stacked-root',
		'the root is on vg-root, which slipway did not make',
	],
	[
		'a disk without partitions',
		{vda: {number: '254:0'}},
		mounted('254:0', '/dev/vda'),
		'no-partition',
		'the root is on vda, a disk without partitions',
	],
	[
		'another file system',
		partitioned,
		mounted('254:2', '/dev/vda2', 'f2fs'),
		'other-file-system',
		'/sysroot is f2fs, which slipway does not grow',
	],
	[
		'a root that is on no device',
		{},
		mounted('0:40', 'tmpfs', 'tmpfs'),
		'no-root',
		'what is mounted on /sysroot is on no block device',
	],
];
for (const [name, devices, mountinfo, code, message] of refusals)
	test(`is refused when it is ${name}`, async () => {
		const kernel = makeKernel(devices, {mountinfo});
		const system = fakeSystem();
		const error = await failure(findRoot(system, '/sysroot', kernel.paths));
		kernel.remove();
		assert.equal([error.code, error.message], [code, message]);
		assert.ok(error.hint);
		assert.equal(system.commandLines(), []);
	});

test('is not found on a disk whose table nobody can read', async () => {
	const kernel = makeKernel(partitioned, {mountinfo: mounted('254:2', '/dev/vda2')});
	const system = fakeSystem({}, {sfdisk: '{}'});
	const error = await failure(findRoot(system, '/sysroot', kernel.paths));
	kernel.remove();
	assert.is(error.code, 'damaged-input');
});

async function failure(finding: Promise<unknown>): Promise<EngineError> {
	const error = await finding.then(
		() => undefined,
		(reason: unknown) => reason,
	);
	assert.ok(error instanceof EngineError, String(error));
	return error;
}

test.run();
