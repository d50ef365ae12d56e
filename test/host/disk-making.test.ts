import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Refused} from '../../engine/errors.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {
	describeContent,
	isEmpty,
	isUnfinishedInstall,
	readContent,
} from '../../installer/disk/content.ts';
import {
	makeEspFileSystem,
	makeExt4,
	makeFileSystem,
	partitionLoop,
} from '../../installer/disk/file-system.ts';
import {DiskHold} from '../../installer/disk/hold.ts';
import {inspectDisk} from '../../installer/disk/inventory.ts';
import {planLayout} from '../../installer/disk/layout.ts';
import type {RootFileSystem} from '../../installer/disk/layout-settings.ts';
import {isFound} from '../../installer/disk/refusals.ts';
import {
	readPartitionTable,
	renamePartition,
	writePartitionTable,
} from '../../installer/disk/sfdisk.ts';
import {GiB, MiB} from '../../installer/disk/size.ts';
import {wipeDisk} from '../../installer/disk/wipe.ts';
import {partitionOfRole} from '../../installer/plan.ts';
import {type LoopDisk, loopDisk, mountElsewhere, whyNoLoopDevices} from './disk.ts';

const suiteOf = suite('making a disk');
const reason = whyNoLoopDevices();
if (reason !== undefined) console.log(`skipped: no loop devices (${reason})`);
const test = reason === undefined ? suiteOf : suiteOf.skip;
const system = hostSystem();
// A mount that another process's new namespace copied would keep the device busy after its end.
if (reason === undefined) system.unshareMounts();
const mke2fsConfig = path.resolve(
	import.meta.dirname,
	'../../image/root/usr/lib/slipway/mke2fs.conf',
);

function layoutOf({size, sectorSize}: LoopDisk, rootFileSystem: RootFileSystem = 'ext4') {
	return planLayout({
		diskSize: size,
		sectorSize,
		sizes: {rootBytes: 10 * MiB, rootInodes: 1000, bootBytes: MiB, loaderBytes: 0, varBytes: 0},
		settings: {rootFileSystem, espSize: undefined},
		architecture: 'x86-64',
		seed: 'fixed',
	});
}

for (const sectorSize of [512, 4096]) {
	for (const rootFileSystem of ['ext4', 'btrfs', 'xfs'] as const) {
		test(`gives ${rootFileSystem} that mounts, with sectors of ${sectorSize} bytes`, async () => {
			using disk = loopDisk(2 * GiB, sectorSize);
			const target = {path: disk.device, sectorSize};
			const layout = layoutOf(disk, rootFileSystem);
			const esp = partitionOfRole(layout, 'esp');
			const root = partitionOfRole(layout, 'root');
			using hold = new DiskHold(disk.device);
			await wipeDisk(system, disk.device, disk.size, hold);
			await writePartitionTable(system, target, layout);
			const isExt4 = rootFileSystem === 'ext4';
			await hold.lend(async () => {
				await makeEspFileSystem(system, target, esp);
				if (isExt4) await makeExt4(system, target, root, {mke2fsConfig, lazyInit: true});
			});
			await mountAndWrite(disk, () => system.attachLoop(disk.device, partitionLoop(target, root)))(
				async (device) => {
					if (!isExt4) await makeFileSystem(system, device, root.fileSystem);
					return rootFileSystem;
				},
			);
			const content = await readContent(system, {...target, size: disk.size});
			assert.ok(isUnfinishedInstall(content));
			assert.equal(
				content.partitions.map(({signature}) => signature),
				[esp, root].map(({fileSystem: {type, label, uuid}}) => ({type, label, uuid})),
			);
			await renamePartition(system, target, root.number, root.finishedName);
			const finished = await readContent(system, {...target, size: disk.size});
			assert.is(
				describeContent(finished),
				`GPT with 2 partitions: vfat "SLIPWAY-ESP", ${rootFileSystem} "slipway-root"`,
			);
		});
	}
}

/** Makes a file system on a loop device, writes to it and reads it again after another mount. */
function mountAndWrite(disk: LoopDisk, attach: () => string) {
	return async (make: (device: string) => Promise<string>): Promise<void> => {
		const place = path.join(disk.folder, 'mnt');
		mkdirSync(place);
		const device = attach();
		try {
			const type = await make(device);
			system.mount(device, place, type, []);
			writeFileSync(path.join(place, 'file'), 'content');
			system.unmount(place);
			system.mount(device, place, type, ['ro']);
			assert.is(readFileSync(path.join(place, 'file'), 'utf8'), 'content');
			system.unmount(place);
		} finally {
			system.detachLoop(device);
		}
	};
}

test('gives a plain file the same bytes as a device', async () => {
	using first = loopDisk(512 * MiB, 512);
	using second = loopDisk(512 * MiB, 512);
	for (const target of [first.device, second.file]) {
		const disk = {path: target, sectorSize: 512};
		await writePartitionTable(system, disk, layoutOf(first));
		await makeEspFileSystem(system, disk, partitionOfRole(layoutOf(first), 'esp'));
	}
	await system.run('cmp', [first.file, second.file]);
});

test('partitions a plain file for sectors of 4096 bytes', async () => {
	using disk = loopDisk(2 * GiB, 4096);
	const file = {path: disk.file, sectorSize: 4096};
	await writePartitionTable(system, file, layoutOf(disk));
	const onDevice = await readPartitionTable(system, {path: disk.device, sectorSize: 4096});
	assert.equal(onDevice, await readPartitionTable(system, file));
	assert.is(onDevice?.partitions.length, 2);
});

test('does not touch a disk that has come into use since it was inspected', async () => {
	using disk = loopDisk(64 * MiB, 512);
	const place = path.join(disk.folder, 'mnt');
	mkdirSync(place);
	await system.run('mke2fs', ['-q', '-F', disk.device]);
	const before = await inspectDisk(system, disk.device);
	assert.ok(isFound(before) && before.uses.length === 0);
	await using _ = await mountElsewhere(disk.device, place);
	assert.throws(
		() => new DiskHold(disk.device),
		(error: unknown) =>
			error instanceof Refused &&
			error.message === `${disk.device} has come into use since it was inspected`,
	);
	const {signatures} = await readContent(system, {
		path: disk.device,
		size: disk.size,
		sectorSize: 512,
	});
	assert.is(signatures[0]?.type, 'ext2');
});

test('leaves an empty disk when it wipes', async () => {
	for (const sectorSize of [512, 4096]) {
		using disk = loopDisk(2 * GiB, sectorSize);
		const target = {path: disk.device, sectorSize};
		await writePartitionTable(system, target, layoutOf(disk));
		using hold = new DiskHold(disk.device);
		await wipeDisk(system, disk.device, disk.size, hold);
		assert.ok(isEmpty(await readContent(system, {...target, size: disk.size})));
	}
});

test('keeps a disk that it writes from all others, but lends it to its own programs', async () => {
	using disk = loopDisk(64 * MiB, 512);
	{
		using hold = new DiskHold(disk.device);
		const found = await inspectDisk(system, disk.device);
		assert.ok(isFound(found));
		assert.equal(found.uses, [{kind: 'busy', device: path.basename(disk.device)}]);
		await hold.lend(() => system.run('mke2fs', ['-q', '-F', disk.device]));
		assert.is(system.probeExclusive(disk.device), 'busy');
		const takenAway = await hold
			.lend(async () => new DiskHold(disk.device))
			.catch((error: unknown) => error);
		assert.instance(takenAway, Refused);
	}
});

suiteOf.run();
