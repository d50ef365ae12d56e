import {mkdirSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Lacking} from '../../engine/errors.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {deviceHolding, kernelPaths} from '../../installer/disk/block-devices.ts';
import {describeContent} from '../../installer/disk/content.ts';
import {inspectDisk} from '../../installer/disk/inventory.ts';
import {findRefusals, isFound, mountingCapabilities} from '../../installer/disk/refusals.ts';
import {GiB, MiB} from '../../installer/disk/size.ts';
import {loopDisk, mountElsewhere, whyNoLoopDevices} from './disk.ts';

const suiteOf = suite('inventory of block devices');
const reason = whyNoLoopDevices();
if (reason !== undefined) console.log(`skipped: no loop devices (${reason})`);
const test = reason === undefined ? suiteOf : suiteOf.skip;
const system = hostSystem();
// A mount that another process's new namespace copied would keep the device busy after its end.
if (reason === undefined) system.unshareMounts();

async function refusalsOf(device: string, wipe = false): Promise<string[]> {
	const refusals = findRefusals(await inspectDisk(system, device), {
		wipe,
		minimumSize: MiB,
		capabilities: system.capabilities(),
		neededCapabilities: mountingCapabilities,
	});
	return refusals.map(({code, message}) => `${code}: ${message}`);
}

/** Gives the kernel partitions as a disk with a partition table has, and takes them away again. */
async function withPartition(
	device: string,
	{start, size}: {start: number; size: number},
	use: (partition: string) => Promise<void>,
): Promise<void> {
	const table = `label: gpt\nstart=${start / 512}, size=${size / 512}, name=data\n`;
	await system.run('sfdisk', ['--quiet', '--no-reread', '--no-tell-kernel', device], {
		input: table,
	});
	await system.run('addpart', [device, '1', String(start / 512), String(size / 512)]);
	try {
		await use(`${device}p1`);
	} finally {
		await system.run('delpart', [device, '1']);
	}
}

for (const sectorSize of [512, 4096]) {
	test(`has an empty device with sectors of ${sectorSize} bytes`, async () => {
		using disk = loopDisk(64 * MiB, sectorSize);
		const found = await inspectDisk(system, disk.device);
		if (!isFound(found)) throw new Error(found.kind);
		const {identity, ...rest} = found;
		assert.is(typeof identity.diskSequence, 'number');
		assert.equal(rest, {
			kind: 'block-device',
			path: disk.device,
			realPath: disk.device,
			size: 64 * MiB,
			sectorSize,
			isReadOnly: false,
			partitionOf: undefined,
			content: {
				table: undefined,
				partitions: [],
				signatures: [],
				unknownData: 'none',
				bootEntry: 'unknown',
			},
			uses: [],
			backsRunningSystem: false,
		});
		assert.equal(await refusalsOf(disk.device), []);
	});
}

test('refuses a device with data until it may be wiped', async () => {
	using disk = loopDisk(64 * MiB, 512);
	await system.run('mke2fs', ['-q', '-F', '-L', 'photos', disk.device]);
	assert.equal(await refusalsOf(disk.device), [
		`holds-data: ${disk.device} holds data: ext2 "photos"`,
	]);
	assert.equal(await refusalsOf(disk.device, true), []);
});

test('refuses a device that is mounted, and the file behind it', async () => {
	using disk = loopDisk(64 * MiB, 512);
	const place = path.join(disk.folder, 'mnt');
	mkdirSync(place);
	await system.run('mke2fs', ['-q', '-F', disk.device]);
	system.mount(disk.device, place, 'ext2', []);
	try {
		const name = path.basename(disk.device);
		const use = `${name} is mounted on ${place}`;
		assert.equal(await refusalsOf(disk.device, true), [`in-use: ${disk.device} is in use: ${use}`]);
		assert.equal(await refusalsOf(disk.file, true), [`in-use: ${disk.file} is in use: ${use}`]);
	} finally {
		system.unmount(place);
	}
	assert.equal(await refusalsOf(disk.device, true), []);
});

test('refuses a device that is mounted where this process cannot see it', async () => {
	using disk = loopDisk(64 * MiB, 512);
	const place = path.join(disk.folder, 'mnt');
	mkdirSync(place);
	await system.run('mke2fs', ['-q', '-F', disk.device]);
	const expected = `in-use: ${disk.device} is in use: ${path.basename(disk.device)} is in use by something that cannot be seen from here`;
	{
		await using _ = await mountElsewhere(disk.device, place);
		assert.equal(await refusalsOf(disk.device, true), [expected]);
	}
	assert.equal(await refusalsOf(disk.device, true), []);
});

const partitionTest = (await hasAddpart()) ? test : suiteOf.skip;
if (partitionTest !== test) console.log('skipped: addpart is not installed');

async function hasAddpart(): Promise<boolean> {
	try {
		await system.run('addpart', ['--version']);
		return true;
	} catch (error) {
		if (error instanceof Lacking) return false;
		throw error;
	}
}

partitionTest('refuses a disk one of whose partitions is mounted, and names it', async () => {
	using disk = loopDisk(64 * MiB, 512);
	const place = path.join(disk.folder, 'mnt');
	mkdirSync(place);
	await withPartition(disk.device, {start: MiB, size: 32 * MiB}, async (partition) => {
		await system.run('mke2fs', ['-q', '-F', '-L', 'home', partition]);
		const refusal = (use: string) => [
			`in-use: ${disk.device} is in use: ${path.basename(partition)} ${use}`,
		];
		system.mount(partition, place, 'ext2', []);
		assert.equal(await refusalsOf(disk.device, true), refusal(`is mounted on ${place}`));
		system.unmount(place);
		{
			await using _ = await mountElsewhere(partition, place);
			assert.equal(
				await refusalsOf(disk.device, true),
				refusal('is in use by something that cannot be seen from here'),
			);
			// As in a container that was started before the partition was made: there is no node of it.
			const found = await inspectDisk(system, disk.device, {...kernelPaths, dev: disk.folder});
			assert.equal(isFound(found) && found.uses, [
				{kind: 'busy', device: path.basename(partition)},
			]);
		}
		// The disk is held open here, so its cache still has what was there before the file system.
		system.flushDevice(disk.device);
		assert.equal(await refusalsOf(disk.device), [
			`holds-data: ${disk.device} holds data: GPT with 1 partition: ext2 "home"`,
		]);
		assert.equal(await refusalsOf(partition, true), [
			`partition: ${partition} is a partition of ${disk.device}`,
		]);
	});
});

test('refuses a read-only device', async () => {
	using disk = loopDisk(64 * MiB, 512);
	await system.run('blockdev', ['--setro', disk.device]);
	assert.equal(await refusalsOf(disk.device), [`read-only: ${disk.device} is read-only`]);
	await system.run('blockdev', ['--setrw', disk.device]);
});

test('takes no offence at a loop device over the disk that nothing uses', async () => {
	using disk = loopDisk(64 * MiB, 512);
	const left = system.attachLoop(disk.device, {offset: MiB});
	try {
		assert.equal(await refusalsOf(disk.device), []);
	} finally {
		system.detachLoop(left);
	}
});

test('refuses a device with a file system in use by an offset', async () => {
	using disk = loopDisk(64 * MiB, 512);
	const place = path.join(disk.folder, 'mnt');
	mkdirSync(place);
	const over = system.attachLoop(disk.device, {offset: MiB});
	try {
		await system.run('mke2fs', ['-q', '-F', over]);
		await using _ = await mountElsewhere(over, place);
		assert.equal(await refusalsOf(disk.device, true), [
			`in-use: ${disk.device} is in use: ${path.basename(over)} is in use by something that cannot be seen from here`,
		]);
	} finally {
		system.detachLoop(over);
	}
});

const own = deviceHolding(kernelPaths, '/');
if (own === undefined) console.log('skipped: the root of this system is on no block device');
const ownDiskTest = own === undefined ? suiteOf.skip : test;

ownDiskTest("refuses the running system's own disk", async () => {
	const device = `/dev/${own?.disk ?? own?.name}`;
	assert.equal(await refusalsOf(device, true), [
		`own-disk: the system that runs here is on ${device}`,
	]);
});

test('describes what is on a large disk without reading it', async () => {
	using disk = loopDisk(900 * GiB, 512);
	await system.run('mkswap', ['--quiet', disk.device]);
	const found = await inspectDisk(system, disk.device);
	assert.is(isFound(found) && describeContent(found.content), 'swap');
});

suiteOf.run();
