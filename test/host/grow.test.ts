/** Roots that grow on disks that became larger, in files with partitions that the kernel knows. */
import {execFileSync} from 'node:child_process';
import {closeSync, mkdirSync, openSync, readSync, truncateSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {EngineError} from '../../engine/errors.ts';
import {hostSystem} from '../../engine/system/host.ts';
import type {System} from '../../engine/system/system.ts';
import type {RootFileSystem} from '../../installer/disk/layout-settings.ts';
import {partitionTypes} from '../../installer/disk/partition-types.ts';
import {GiB, MiB} from '../../installer/disk/size.ts';
import {findRoot} from '../../installer/grow/find-root.ts';
import {type GrowthPlan, planGrowth} from '../../installer/grow/growth-plan.ts';
import {runGrowth} from '../../installer/grow/run-growth.ts';
import {loopDisk, whyNoLoopDevices} from './disk.ts';

const suiteOf = suite('growth of a root');
const reason = whyNoLoopDevices();
if (reason !== undefined) console.log(`skipped: no loop devices (${reason})`);
const test = reason === undefined ? suiteOf : suiteOf.skip;
const system = hostSystem();
// What is mounted here must be seen by no other process, or the devices stay busy.
if (reason === undefined) system.unshareMounts();

/** On Linux only who may exceed quotas may resize an ext4 that is mounted, and that is not every root. */
const canResizeExt4 = system.capabilities().has('SYS_RESOURCE');

const sizes = {image: 512 * MiB, disk: 2 * GiB} as const;

interface GrowingDisk extends Disposable {
	readonly device: string;
	readonly file: string;
	readonly partition: string;
	readonly mountPoint: string;
	enlarge(): void;
}

function run(command: string, ...args: readonly string[]): string {
	return execFileSync(command, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
}

/** A disk as an image makes it, with a root that is mounted as on a machine: read-only, and elsewhere not. */
function growingDisk(
	type: RootFileSystem,
	{sectorSize = 512, behind = false, label = 'gpt'}: DiskOptions = {},
): GrowingDisk {
	const disk = loopDisk(sizes.image, sectorSize);
	const {device, file, folder} = disk;
	const isGpt = label === 'gpt';
	const sectors = (bytes: number): number => bytes / sectorSize;
	const rootSize = sizes.image - (behind ? 66 : 34) * MiB;
	const script = [
		`label: ${label}`,
		'unit: sectors',
		`p1 : start=${sectors(MiB)}, size=${sectors(32 * MiB)}, type=${isGpt ? partitionTypes.esp : 'ef'}`,
		`p2 : start=${sectors(33 * MiB)}, size=${sectors(rootSize)}, type=${isGpt ? `${partitionTypes.rootX64}, name="slipway-root", attrs="GUID:59"` : '83'}`,
		...(behind ? [`p3 : start=${sectors(33 * MiB + rootSize)}, size=${sectors(32 * MiB)}`] : []),
	];
	execFileSync('sfdisk', ['--quiet', '--no-reread', '--no-tell-kernel', '--lock=no', device], {
		input: `${script.join('\n')}\n`,
	});
	run('partx', '--add', device);
	const partition = `${device}p2`;
	run(`mkfs.${type}`, '-q', partition);
	const mountPoint = path.join(folder, 'sysroot');
	const elsewhere = path.join(folder, 'var');
	mkdirSync(mountPoint);
	mkdirSync(elsewhere);
	const mountAll = (): void => {
		system.mount(partition, mountPoint, type, []);
		system.mount(mountPoint, elsewhere, '', ['bind']);
		system.mount('none', mountPoint, '', ['remount', 'bind', 'ro']);
	};
	mountAll();
	const unmountAll = (): void => {
		for (const place of [elsewhere, mountPoint]) system.unmount(place);
	};
	mounts.set(device, {mountAll, unmountAll});
	return {
		device,
		file,
		partition,
		mountPoint,
		enlarge() {
			truncateSync(file, sizes.disk);
			run('losetup', '--set-capacity', device);
		},
		[Symbol.dispose]() {
			unmountAll();
			run('partx', '--delete', device);
			disk[Symbol.dispose]();
		},
	};
}

interface DiskOptions {
	readonly sectorSize?: number;
	readonly behind?: boolean;
	readonly label?: 'gpt' | 'dos';
}

const mounts = new Map<string, {mountAll(): void; unmountAll(): void}>();

/** Runs commands for real; where this kernel does not let an ext4 grow that is mounted, it is not. */
function growingSystem({device, partition}: GrowingDisk): System {
	if (canResizeExt4) return system;
	const runReally: System['run'] = async (command, args, options) => {
		if (!args.includes('resize2fs')) return await system.run(command, args, options);
		const {mountAll, unmountAll} = mounts.get(device) ?? {};
		unmountAll?.();
		await system.run('e2fsck', ['-fp', partition]);
		const result = await system.run('resize2fs', [partition]);
		mountAll?.();
		return result;
	};
	return Object.assign(Object.create(system) as System, {run: runReally});
}

async function plan(disk: GrowingDisk): Promise<GrowthPlan> {
	return planGrowth(await findRoot(system, disk.mountPoint));
}

async function grow(disk: GrowingDisk): Promise<void> {
	await runGrowth(growingSystem(disk), await plan(disk));
}

/** What others say of the disk, and how large root and file system are. */
async function check(disk: GrowingDisk, type: RootFileSystem): Promise<void> {
	assert.match(run('sfdisk', '--verify', disk.device), /No errors detected/);
	const table = JSON.parse(run('sfdisk', '--json', disk.device)).partitiontable;
	const expected = sizes.disk - 34 * MiB;
	assert.equal(
		[table.partitions[1].size * table.sectorsize, table.partitions[1].attrs],
		[expected, 'GUID:59'],
	);
	const {root, steps} = await plan(disk);
	assert.equal([steps, root.partition.size], [[], expected]);
	assert.ok(expected - root.fileSystem.size < 16 * MiB);
	mounts.get(disk.device)?.unmountAll();
	if (type === 'ext4') run('e2fsck', '-fn', disk.partition);
	if (type === 'btrfs') run('btrfs', 'check', disk.partition);
	if (type === 'xfs') run('xfs_repair', '-n', disk.partition);
	mounts.get(disk.device)?.mountAll();
}

for (const type of ['ext4', 'btrfs', 'xfs'] as const)
	test(`takes ${type} to the end of the disk while it is in use`, async () => {
		using disk = growingDisk(type);
		disk.enlarge();
		const {steps} = await plan(disk);
		assert.equal(
			steps.map(({kind}) => kind),
			['table', 'partition', 'file-system'],
		);
		await grow(disk);
		await check(disk, type);
	});

test('grows on sectors of 4096 bytes', async () => {
	using disk = growingDisk('ext4', {sectorSize: 4096});
	disk.enlarge();
	await grow(disk);
	await check(disk, 'ext4');
});

test('goes on where it was cut, before or after any of its steps', async () => {
	for (let cut = 0; cut < 6; cut++) {
		using disk = growingDisk('ext4');
		disk.enlarge();
		const growing = growingSystem(disk);
		let changes = 0;
		const cutting: System['run'] = async (command, args, options) => {
			// Reading back what was made is no step.
			if (args.includes('--json')) return await growing.run(command, args, options);
			if (changes++ === cut / 2) throw new Error('cut');
			const result = await growing.run(command, args, options);
			if (changes === (cut + 1) / 2) throw new Error('cut');
			return result;
		};
		const cutSystem = Object.assign(Object.create(growing) as System, {run: cutting});
		await runGrowth(cutSystem, await plan(disk)).then(
			() => assert.unreachable(),
			(error: Error) => assert.is(error.message, 'cut'),
		);
		await grow(disk);
		await check(disk, 'ext4');
	}
});

test('makes the copy of the table again that a cut has cost', async () => {
	using disk = growingDisk('ext4');
	disk.enlarge();
	await grow(disk);
	run(
		'dd',
		'if=/dev/zero',
		`of=${disk.device}`,
		'bs=512',
		'count=1',
		`seek=${sizes.disk / 512 - 1}`,
		'conv=notrunc,fsync',
	);
	assert.equal(
		(await plan(disk)).steps.map(({kind}) => kind),
		['table'],
	);
	await grow(disk);
	await check(disk, 'ext4');
});

/** Runs it, and gives the commands that were run and the start of the disk, before and after. */
async function growAndWatch(disk: GrowingDisk, ended: (error?: unknown) => void): Promise<void> {
	const commands: string[] = [];
	const watching = Object.assign(Object.create(system) as System, {
		run: async (...[command, args, options]: Parameters<System['run']>) => {
			commands.push([command, ...args].join(' '));
			return await system.run(command, args, options);
		},
	});
	const before = tables(disk);
	await findRoot(watching, disk.mountPoint)
		.then((root) => runGrowth(watching, planGrowth(root)))
		.then(() => ended(), ended);
	assert.equal(commands, [`sfdisk --json ${disk.device}`]);
	assert.ok(tables(disk).equals(before));
}

/** What lies before the root; the root itself is in use, and written by the kernel. */
function tables({file}: GrowingDisk): Buffer {
	const bytes = Buffer.alloc(33 * MiB);
	const fd = openSync(file, 'r');
	readSync(fd, bytes);
	closeSync(fd);
	return bytes;
}

test('writes nothing on a disk that is not larger', async () => {
	using disk = growingDisk('ext4');
	await growAndWatch(disk, (error) => assert.is(error, undefined));
});

for (const [name, options, code] of [
	['a partition behind the root', {behind: true}, 'partition-behind-root'],
	['an MBR', {label: 'dos'}, 'not-gpt'],
] as const)
	test(`refuses ${name}, and writes nothing`, async () => {
		using disk = growingDisk('ext4', options);
		disk.enlarge();
		await growAndWatch(disk, (error) =>
			assert.ok(error instanceof EngineError && error.code === code, String(error)),
		);
	});

suiteOf.run();
