import {
	closeSync,
	existsSync,
	mkdtempSync,
	openSync,
	readFileSync,
	readSync,
	rmSync,
	truncateSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setImmediate} from 'node:timers/promises';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {verityDigest} from '../../engine/erofs/fs-verity.ts';
import {Lacking, OperationFailed, Refused} from '../../engine/errors.ts';
import {noProgress, type ProgressEvent, type ProgressReporter} from '../../engine/progress.ts';
import {CommandFailed} from '../../engine/system/commands.ts';
import {fakeSystem} from '../../engine/system/fake.ts';
import {KernelCallFailed} from '../../engine/system/libc.ts';
import type {System} from '../../engine/system/system.ts';
import {Secret} from '../../installer/answers/secret.ts';
import type {UnhashedContent} from '../../installer/content.ts';
import {describeSystem} from '../../installer/describe-system.ts';
import {isShared, tableAfter, tableBefore} from '../../installer/disk/beside/table-steps.ts';
import {tableOf} from '../../installer/disk/layout.ts';
import type {PartitionTable} from '../../installer/disk/partition-table.ts';
import {partitionTypes} from '../../installer/disk/partition-types.ts';
import {GiB, MiB} from '../../installer/disk/size.ts';
import {noWishes} from '../../installer/disk/storage-wishes.ts';
import {type InstallPlan, partitionOfRole} from '../../installer/plan.ts';
import type {RootVolume} from '../../installer/root-volume.ts';
import {type PlannedContent, runPlan} from '../../installer/run-plan.ts';
import type {TargetSource} from '../../installer/scripts/target-root.ts';
import {ext4Sink} from '../../installer/sink/ext4.ts';
import type {Sink} from '../../installer/sink/sink.ts';
import {grubImages} from '../engine/boot/grub/grub-images.ts';
import {besideRequest, found, freeSpace, readableBoot} from './disk/beside/shared-disk.ts';
import {planFor, systemRequest} from './new-system.ts';

const test = suite('the run of a plan');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-run-'));
const disk = path.join(folder, 'disk.raw');
test.before.each(() => {
	writeFileSync(disk, '');
	truncateSync(disk, 4 * GiB);
});
test.after(() => rmSync(folder, {recursive: true}));

const described = describeSystem(systemRequest(import.meta.filename));
const plan = planFor(described, {kind: 'file', path: disk, realPath: disk, size: 4 * GiB});
const content = described.contentFor(plan);
const never = new AbortController().signal;

const layoutOf = ({disks: [{layout}]}: InstallPlan) => layout;

/** What sfdisk says of a disk that got the table it was told to make. */
function tableJson({label, id, sectorSize, partitions}: PartitionTable): string {
	const inSectors = partitions.map(({number, start, size, type, uuid, name}) => ({
		node: `${disk}${number}`,
		start: start / sectorSize,
		size: size / sectorSize,
		type: type.toUpperCase(),
		uuid: uuid.toUpperCase(),
		name,
	}));
	const table = {label, id, unit: 'sectors', sectorsize: sectorSize, partitions: inSectors};
	return JSON.stringify({partitiontable: table});
}

/** A system without privileges. `before` is asked about each command before it runs. */
function systemWith(
	before: (command: string, count: number) => void = () => {},
	table: () => PartitionTable = () => layoutOf(plan),
) {
	let count = 0;
	const answers = {
		sfdisk: (args: readonly string[]) => (args.includes('--json') ? tableJson(table()) : ''),
	};
	const inner = fakeSystem({}, answers);
	return fakeSystem({
		deviceSize: () => ({size: 4 * GiB, sectorSize: 512}),
		async run(command, args, options) {
			before(command, count++);
			return inner.run(command, args, options);
		},
	});
}

const run = (system: System, signal = never, report: ProgressReporter = noProgress) => {
	const sink = ext4Sink(system, {path: disk, sectorSize: 512, mke2fsConfig: '/mke2fs.conf'});
	return runPlan(system, {plan, content, sink, unhashed: undefined}, signal, report);
};
const failureOf = (running: Promise<unknown>): Promise<unknown> =>
	running.then(
		() => undefined,
		(error: unknown) => error,
	);

/** Files of the boot partition, one by one. */
const bootCopies = Array.from({length: 6}, () => 'mcopy');

const programs = [
	'wipefs',
	'sfdisk',
	'sfdisk',
	'mkfs.vfat',
	'mke2fs',
	...bootCopies,
	'sfdisk',
	'mcopy',
	'mdeltree',
	'mren',
];

test('names the root finished when all is there, and makes the disk bootable last', async () => {
	const system = systemWith();
	const events: ProgressEvent[] = [];
	await run(system, never, (event) => events.push(event));
	const lines = system.commandLines();
	assert.equal(
		lines.map((line) => line.split(' ')[0]),
		programs,
	);
	assert.match(lines.at(-4) ?? '', /--part-label \S+ 2 slipway-root$/);
	assert.match(lines.at(-1) ?? '', /\.conf\.new \S+\.conf$/);
	assert.equal(
		events.flatMap((event) => (event.type === 'step' ? event.step : [])),
		['partition', 'root', 'boot'],
	);
	assert.is(system.calls.at(-1)?.call, 'flushDevice');
});

test('has a BIOS find GRUB before there is anything to boot', async () => {
	const grub = grubImages();
	const request = systemRequest(import.meta.filename);
	const settings = {...request.layout, firmware: 'bios'} as const;
	const bios = describeSystem({...request, layout: settings, grub});
	const place = {kind: 'file', path: disk, realPath: disk, size: 4 * GiB} as const;
	const biosPlan = planFor(bios, place, [], {settings});
	const states: string[] = [];
	const system = systemWith(
		(command) => {
			if (command === 'mren') states.push(readFirstSector(disk).toString('latin1', 0x180, 0x184));
		},
		() => tableOf(layoutOf(biosPlan)),
	);
	const sink = ext4Sink(system, {path: disk, sectorSize: 512, mke2fsConfig: '/mke2fs.conf'});
	const planned = {plan: biosPlan, content: bios.contentFor(biosPlan), sink, unhashed: undefined};
	await runPlan(system, planned, never, noProgress);
	const renames = system.commandLines().filter((line) => line.startsWith('mren'));
	assert.equal(
		renames.map((line) => line.split('.').at(-1)),
		['cfg', 'conf'],
	);
	assert.equal(states, ['GRUB', 'GRUB']);
	// The first sector of the partition for it.
	assert.is(readFirstSector(disk).readBigUInt64LE(0x5c), 2048n);
	assert.is(readFirstSector(disk)[446], 0x80);
});

function readFirstSector(file: string): Buffer {
	const sector = Buffer.alloc(512);
	const descriptor = openSync(file, 'r');
	readSync(descriptor, sector);
	closeSync(descriptor);
	return sector;
}

test('gives the plan that hashing made of it, and writes its entry', async () => {
	const system = systemWith();
	const sink = ext4Sink(system, {path: disk, sectorSize: 512, mke2fsConfig: '/mke2fs.conf'});
	const hashed: PlannedContent = {plan: {...plan, warnings: []}, content};
	const digests: (readonly string[])[] = [];
	const unhashed: UnhashedContent<PlannedContent> = {
		files: async () => [{path: import.meta.filename, size: 100, hashed: undefined}],
		async describe(found) {
			digests.push(await found);
			return hashed;
		},
		checkUnchanged() {},
	};
	const provisional = {...content, bootEntries: []};
	const outcome = await runPlan(
		system,
		{plan, content: provisional, sink, unhashed},
		never,
		noProgress,
	);
	assert.is(outcome.plan, hashed.plan);
	assert.is(outcome.recoveryKey, undefined);
	const start = readFileSync(import.meta.filename).subarray(0, 100);
	assert.equal(digests, [[verityDigest(start, 'sha256')]]);
	assert.match(system.commandLines().at(-1) ?? '', /\.conf\.new \S+\.conf$/);
});

test('has others finish the root before its name says so, and stops when they fail', async () => {
	const failure = new OperationFailed('script-failed', 'no');
	for (const outcome of [undefined, failure]) {
		const system = systemWith();
		const sink = ext4Sink(system, {path: disk, sectorSize: 512, mke2fsConfig: '/mke2fs.conf'});
		const sources: TargetSource[] = [];
		let linesBefore: readonly string[] = [];
		const finishRoot = async (source: TargetSource) => {
			sources.push(source);
			linesBefore = system.commandLines();
			if (outcome !== undefined) throw outcome;
		};
		const planned = {plan, content, sink, unhashed: undefined, finishRoot};
		assert.is(await failureOf(runPlan(system, planned, never, noProgress)), outcome);
		const deploymentId = plan.deployment.id;
		assert.equal(sources, [{device: '/dev/loop0', type: 'ext4', deploymentId}]);
		assert.ok(linesBefore.some((line) => line.startsWith('mke2fs')));
		assert.not(linesBefore.some((line) => line.includes('--part-label')));
		const attached = system.calls.filter(({call}) => /Loop$/.test(call));
		const {start, size} = partitionOfRole(plan.disks[0].layout, 'root');
		assert.equal(attached, [
			{call: 'attachLoop', args: [disk, {offset: start, sizeLimit: size, sectorSize: 512}]},
			{call: 'detachLoop', args: ['/dev/loop0']},
		]);
		const isNamed = system.commandLines().some((line) => line.includes('--part-label'));
		assert.is(isNamed, outcome === undefined);
	}
});

test('goes no further than a step that failed, wherever that is', async () => {
	for (let failing = 0; failing < programs.length; failing++) {
		const failure = new OperationFailed('broken', `step ${failing}`);
		const system = systemWith((_, count) => {
			if (count === failing) throw failure;
		});
		assert.is(await failureOf(run(system)), failure);
		const isBesideBoot = programs[failing] === 'mke2fs';
		assert.is(system.commandLines().length, failing + 1 + (isBesideBoot ? bootCopies.length : 0));
	}
});

test('fills the boot partition beside the root, and waits for both', async () => {
	const said: string[] = [];
	const bootBegun = Promise.withResolvers<void>();
	const rootWritten = Promise.withResolvers<void>();
	const system = systemWith((command) => {
		if (command === 'sfdisk' && said.length > 0) said.push('named');
	});
	const sink: Sink = {
		...ext4Sink(system, {path: disk, sectorSize: 512, mke2fsConfig: '/mke2fs.conf'}),
		async writeRoot() {
			await bootBegun.promise;
			said.push('root');
			rootWritten.resolve();
			return 'offline';
		},
		async writeBoot() {
			bootBegun.resolve();
			await rootWritten.promise;
			await setImmediate();
			said.push('boot');
		},
	};
	await runPlan(system, {plan, content, sink, unhashed: undefined}, never, noProgress);
	assert.equal(said, ['root', 'boot', 'named']);
});

test('stops the root when the boot partition fails, and names nothing finished', async () => {
	// Of which the root's partition knows nothing.
	const failure = Object.assign(new Error('no room for what mcopy reads'), {code: 'ENOSPC'});
	const system = systemWith();
	const rootBegun = Promise.withResolvers<void>();
	const sink: Sink = {
		...ext4Sink(system, {path: disk, sectorSize: 512, mke2fsConfig: '/mke2fs.conf'}),
		writeRoot: (_content, _root, _report, signal) =>
			new Promise((_resolve, reject) => {
				signal?.addEventListener('abort', () => reject(signal.reason));
				rootBegun.resolve();
			}),
		async writeBoot() {
			await rootBegun.promise;
			throw failure;
		},
	};
	const running = runPlan(system, {plan, content, sink, unhashed: undefined}, never, noProgress);
	assert.is(await failureOf(running), failure);
	assert.not(system.commandLines().some((line) => line.includes('--part-label')));
});

test('stops between steps when it is interrupted, and says what the disk is now', async () => {
	for (let last = 0; last < programs.lastIndexOf('sfdisk'); last++) {
		const controller = new AbortController();
		const system = systemWith((_, count) => {
			if (count === last) controller.abort();
		});
		const outcome = await failureOf(run(system, controller.signal));
		assert.instance(outcome, OperationFailed);
		const {code, message} = outcome as OperationFailed;
		assert.equal(
			[code, message],
			['interrupted', `interrupted: ${disk} is not a finished installation`],
		);
		assert.not(system.commandLines().some((line) => line.includes('--part-label')));
	}
});

test('writes nothing at all when it was interrupted before', async () => {
	const system = systemWith();
	const reason = new Error('called off');
	const outcome = await failureOf(run(system, AbortSignal.abort(reason)));
	assert.is(outcome, reason);
	assert.equal(system.calls, []);
});

test('writes nothing to another disk than the one that was planned for', async () => {
	const other = path.join(folder, 'other.raw');
	writeFileSync(other, '');
	const [planned] = plan.disks;
	for (const changes of [{size: 5 * GiB}, {realPath: other}]) {
		const system = systemWith();
		const disks = [{...planned, ...changes}] as const;
		const sink = ext4Sink(system, {path: disk, sectorSize: 512, mke2fsConfig: ''});
		const changed = {plan: {...plan, disks}, content, sink, unhashed: undefined};
		const outcome = await failureOf(runPlan(system, changed, never, noProgress));
		assert.instance(outcome, Refused);
		assert.is((outcome as Refused).code, 'other-disk');
		assert.equal(system.commandLines(), []);
	}
});

test('never says that nothing was changed once it was', async () => {
	const system = systemWith((command) => {
		if (command === 'mcopy') throw new Lacking('missing-program', 'mcopy is not installed');
	});
	const outcome = await failureOf(run(system));
	assert.instance(outcome, OperationFailed);
	const {code, message, exitStatus} = outcome as OperationFailed;
	assert.equal([code, message, exitStatus], ['missing-program', 'mcopy is not installed', 1]);
});

test('says that it was interrupted when a program ends by the same signal', async () => {
	const controller = new AbortController();
	const system = systemWith((command) => {
		if (command !== 'mke2fs') return;
		controller.abort();
		throw new CommandFailed(['mke2fs'], {status: undefined, signal: 'SIGINT', stderr: ''});
	});
	const outcome = await failureOf(run(system, controller.signal));
	assert.is((outcome as OperationFailed).code, 'interrupted');
});

test('has the kernel read the partitions of a device at last, and does without', async () => {
	const blockDevice = {...plan.disks[0], kind: 'block-device'} as const;
	const system = fakeSystem({
		deviceSize: () => ({size: 4 * GiB, sectorSize: 512}),
		run: systemWith().run,
		rereadPartitions: () => {
			throw new KernelCallFailed('read', disk, 'EACCES');
		},
	});
	const sink = ext4Sink(system, {path: disk, sectorSize: 512, mke2fsConfig: ''});
	const disks = [blockDevice] as const;
	const planned = {plan: {...plan, disks}, content, sink, unhashed: undefined};
	await runPlan(system, planned, never, noProgress);
	assert.is(system.calls.at(-1)?.call, 'rereadPartitions');
});

test('makes all disks of a mirror alike, and each bootable when the root is on all', async () => {
	const second = path.join(folder, 'second.raw');
	writeFileSync(second, '');
	truncateSync(second, 4 * GiB);
	const file = (place: string) =>
		({kind: 'file', path: place, realPath: place, size: 4 * GiB}) as const;
	const mirrored = planFor(described, file(disk), [file(second)]);
	const tables = new Map(mirrored.disks.map(({realPath, layout}) => [realPath, tableJson(layout)]));
	const inner = fakeSystem(
		{},
		{
			sfdisk: (args) => (args.includes('--json') ? (tables.get(args.at(-1) ?? '') ?? '') : ''),
		},
	);
	const system = fakeSystem({deviceSize: () => ({size: 4 * GiB, sectorSize: 512}), run: inner.run});
	const said: string[] = [];
	const volume: RootVolume = {
		target: {path: disk, sectorSize: 512},
		placeOf: (root) => root,
		async open() {
			said.push(`opened after ${inner.commandLines().length}`);
			return {
				recoveryKey: undefined,
				[Symbol.asyncDispose]: async () => {
					said.push(`closed after ${inner.commandLines().length}`);
				},
			};
		},
	};
	const sink = ext4Sink(system, {path: disk, sectorSize: 512, mke2fsConfig: ''});
	const run = {
		plan: mirrored,
		content: described.contentFor(mirrored),
		sink,
		volume,
		unhashed: undefined,
	};
	await runPlan(system, run, never, noProgress);
	const lines = inner.commandLines();
	const programsOn = (place: string) =>
		lines.filter((line) => line.includes(place)).map((line) => line.split(' ')[0]);
	const all = ['wipefs', 'sfdisk', 'sfdisk', 'mkfs.vfat', 'mke2fs', ...bootCopies, 'sfdisk'];
	const last = ['mcopy', 'mdeltree', 'mren'];
	assert.equal(programsOn(disk), [...all, ...last]);
	assert.equal(programsOn(second), [...all.filter((name) => name !== 'mke2fs'), ...last]);
	const place = lines.findIndex((line) => line.startsWith('mke2fs'));
	assert.equal(said, [`opened after ${place}`, `closed after ${place + 1}`]);
	assert.equal(
		lines.slice(-6).map((line) => line.split(' ')[0]),
		[...last, ...last],
	);
});

test('names what it made finished after the entry, the root last, where that is more than the root', async () => {
	const wishes = {...noWishes, swapSize: 64 * MiB};
	const file = {kind: 'file', path: disk, realPath: disk, size: 4 * GiB} as const;
	const several = planFor(described, file, [], {wishes});
	const system = systemWith(undefined, () => layoutOf(several));
	const sink = ext4Sink(system, {path: disk, sectorSize: 512, mke2fsConfig: ''});
	const planned = {
		plan: several,
		content: described.contentFor(several),
		sink,
		unhashed: undefined,
	};
	await runPlan(system, planned, never, noProgress);
	const [entry = '', ...names] = system.commandLines().slice(-3);
	assert.match(entry, /^mren .* \S+\.conf$/);
	assert.equal(
		names.map((line) => line.split(' ').slice(-2)),
		[
			['3', 'slipway-swap'],
			['2', 'slipway-root'],
		],
	);
});

const esp = found(1, 1, 100, {
	type: partitionTypes.esp,
	signature: {type: 'vfat', label: undefined, uuid: 'AAAA-0001'},
});
const {disk: sharedDisk, bootPartitions} = besideRequest(
	[esp],
	{bootPartitions: [readableBoot(1, 90 * MiB)]},
	4 * GiB,
);

/** An encrypted root in free space, whose recovery key is written. */
function besidePlan(recoveryKeyPath: string): InstallPlan {
	const {content: foundContent} = sharedDisk;
	return planFor(
		described,
		{kind: 'file', path: disk, realPath: disk, size: 4 * GiB, content: foundContent},
		[],
		{
			sharing: {share: freeSpace, bootPartitions},
			encryption: {
				type: 'luks2',
				uuid: '0f3a5c21-1111-4222-8333-444455556666',
				name: 'slipway-root',
				cipher: 'aes-xts-plain64',
				keyDerivation: undefined,
				unlockedBy: [{kind: 'passphrase'}],
				recoveryKey: {kind: 'written', path: recoveryKeyPath},
			},
		},
	);
}

test('puts an encrypted root beside others, whose key is kept before anything starts it', async () => {
	const keyFile = path.join(folder, 'recovery-key');
	const beside = besidePlan(keyFile);
	const layout = layoutOf(beside);
	if (!isShared(layout)) throw new Error('the disk is not shared');
	let table = tableBefore(layout);
	const hadKey: boolean[] = [];
	const inner = systemWith(undefined, () => table);
	const system = systemWith();
	Object.assign(system, {
		async run(...[command, args, options]: Parameters<System['run']>) {
			if (command === 'sfdisk' && args.includes('--append')) table = tableAfter(layout);
			if (command === 'mren') hadKey.push(existsSync(keyFile));
			return await inner.run(command, args, options);
		},
	});
	const said: string[] = [];
	const volume: RootVolume = {
		target: {path: disk, sectorSize: 512},
		placeOf: (root) => ({...root, start: 0, size: root.size - 16 * MiB}),
		async open({role, number}) {
			said.push(`${role} ${number} after ${inner.commandLines().length}`);
			return {recoveryKey: new Secret('k'), [Symbol.asyncDispose]: async () => {}};
		},
	};
	const sink = ext4Sink(system, {path: disk, sectorSize: 512, mke2fsConfig: ''});
	const planned = {
		plan: beside,
		content: described.contentFor(beside),
		sink,
		volume,
		unhashed: undefined,
	};
	const {start, size} = partitionOfRole(layout, 'root');
	const ends = [start - 1, start, start + size - 1, start + size];
	const file = openSync(disk, 'r+');
	for (const position of ends) writeSync(file, 'x', position);
	const outcome = await runPlan(system, planned, never, noProgress);
	const left = ends.map((position) => {
		const byte = Buffer.alloc(1);
		readSync(file, byte, 0, 1, position);
		return byte.toString();
	});
	closeSync(file);
	assert.equal(left, ['x', '\0', '\0', 'x']);
	assert.is(outcome.recoveryKey, undefined);
	const lines = inner.commandLines();
	const place = lines.findIndex((line) => line.startsWith('mke2fs'));
	assert.equal(said, [`root 2 after ${place}`]);
	assert.not(lines.some((line) => line.startsWith('wipefs') || line.startsWith('mkfs.vfat')));
	assert.match(lines.at(-1) ?? '', /--part-label \S+ 2 slipway-root$/);
	assert.match(lines.at(-2) ?? '', /^mren .* \S+slipway-\S+\.conf$/);
	assert.is(hadKey.at(-1), true);
});

test('puts nothing among the files of others before the root is whole', async () => {
	const beside = besidePlan('/none');
	const layout = layoutOf(beside);
	if (!isShared(layout)) throw new Error('the disk is not shared');
	let table = tableBefore(layout);
	const inner = systemWith(undefined, () => table);
	const system = systemWith();
	Object.assign(system, {
		async run(...[command, args, options]: Parameters<System['run']>) {
			if (command === 'sfdisk' && args.includes('--append')) table = tableAfter(layout);
			return await inner.run(command, args, options);
		},
	});
	const failure = new OperationFailed('disk-full', 'no');
	const said: string[] = [];
	for (const isFailing of [false, true]) {
		table = tableBefore(layout);
		const sink: Sink = {
			...ext4Sink(system, {path: disk, sectorSize: 512, mke2fsConfig: ''}),
			async writeRoot() {
				await setImmediate();
				said.push('root');
				if (isFailing) throw failure;
				return 'offline';
			},
			async writeBoot() {
				said.push('boot');
			},
			finish: async () => {},
		};
		const planned = {plan: beside, content, sink, unhashed: undefined};
		const outcome = await failureOf(runPlan(system, planned, never, noProgress));
		assert.is(outcome, isFailing ? failure : undefined);
	}
	assert.equal(said, ['root', 'boot', 'root']);
});

test('writes nothing to a shared disk whose table is another by now', async () => {
	const beside = besidePlan('/none');
	const layout = layoutOf(beside);
	if (!isShared(layout)) throw new Error('the disk is not shared');
	const system = systemWith(undefined, () => tableAfter(layout));
	const sink = ext4Sink(system, {path: disk, sectorSize: 512, mke2fsConfig: ''});
	const planned = {plan: beside, content, sink, unhashed: undefined};
	const outcome = await failureOf(runPlan(system, planned, never, noProgress));
	assert.instance(outcome, Refused);
	assert.is((outcome as Refused).code, 'other-table');
	assert.equal(
		system.commandLines().filter((line) => !line.includes('--json')),
		[],
	);
});

test.run();
