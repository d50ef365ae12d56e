import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Lacking, OperationFailed, Refused} from '../../../engine/errors.ts';
import {noProgress, type ProgressEvent} from '../../../engine/progress.ts';
import {CommandFailed} from '../../../engine/system/commands.ts';
import {type FakeCommands, fakeSystem} from '../../../engine/system/fake.ts';
import type {PlannedPartition} from '../../../installer/disk/layout.ts';
import {mountedSink} from '../../../installer/sink/mounted.ts';
import {contentBytes} from '../../../installer/sink/root-files.ts';
import {unmountedSink} from '../../../installer/sink/unmounted.ts';
import {sampleContent} from './sample-content.ts';
import {thrownBy} from './thrown.ts';

const test = suite('sinks');
const MiB = 1 << 20;
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-sink-'));
test.after(() => rmSync(folder, {recursive: true}));
const file = path.join(folder, 'disk.raw');
writeFileSync(file, '');
const disk = {path: file, sectorSize: 512, mke2fsConfig: '/usr/lib/slipway/mke2fs.conf'};
const content = sampleContent();

function partition(type: 'ext4' | 'xfs' | 'vfat', size: number, start = MiB): PlannedPartition {
	return {
		role: 'root',
		number: 2,
		start,
		size,
		type: '',
		uuid: '',
		name: '',
		finishedName: '',
		fileSystem: {type, uuid: '0b8c1a52-7a59-4f0a-9a6e-2d6a7a0c6a34', label: 'slipway-root'},
	};
}

const mke2fs =
	(version: string, run?: () => never) =>
	(args: readonly string[]): {status: number; stdout: string; stderr: string} =>
		args[0] === '-V' || run === undefined
			? {status: 0, stdout: '', stderr: `mke2fs ${version} (1-Jan-2025)\n`}
			: run();

/** A system whose commands take all of their input, as the real ones do. */
function systemWith(commands: FakeCommands) {
	const silent = fakeSystem({}, commands);
	return fakeSystem({
		async run(command, args, options) {
			const {input} = options ?? {};
			if (typeof input === 'object' && !(input instanceof Uint8Array)) for await (const _ of input);
			return silent.run(command, args, options);
		},
	});
}

for (const [name, makeSink] of [
	['mounted', mountedSink],
	['unmounted', unmountedSink],
] as const)
	test(`the ${name} sink refuses a root that is too small before it does anything`, async () => {
		const system = fakeSystem();
		const sink = makeSink(system, disk);
		const error = await thrownBy(Refused, sink.check(content, partition('ext4', 20 * MiB)));
		assert.is(error.code, 'too-small');
		assert.match(
			error.message,
			/the root partition is too small: this image needs \d+ MiB \(\d+ bytes\), it has 20 MiB/,
		);
		assert.equal(system.calls, []);
	});

test('the unmounted sink makes ext4 at its offset, and finishes it with debugfs', async () => {
	const system = systemWith({mke2fs: mke2fs('1.47.2')});
	const events: ProgressEvent[] = [];
	const sink = unmountedSink(system, disk);
	const verity = await sink.writeRoot(content, partition('ext4', 300 * MiB + 512), (event) =>
		events.push(event),
	);
	assert.is(verity, 'offline');
	const uuid = '0b8c1a52-7a59-4f0a-9a6e-2d6a7a0c6a34';
	const lines = system.commandLines().map((line) => line.replace(/\S+(?=\/disk\?)/, 'WORK'));
	assert.equal(lines, [
		`mke2fs -q -F -t ext4 -U ${uuid} -L slipway-root -E hash_seed=${uuid},lazy_itable_init=0,lazy_journal_init=0,nodiscard,offset=1048576 -d - ${file} 307200K`,
		'debugfs -w -f - WORK/disk?offset=1048576',
	]);
	const total = contentBytes(content);
	const isAdvance = (event: ProgressEvent) => event.type === 'advance';
	assert.equal(
		events.filter((event) => !isAdvance(event)),
		[
			{type: 'step', step: 'root', title: 'Writing the root file system', total, unit: 'bytes'},
			{type: 'done', step: 'root'},
		],
	);
	// In portions of 4 MiB: the sample has a little more than one.
	assert.is(events.filter(isAdvance).length, 1);
});

for (const version of ['1.47.0', '1.46.6', '1.9.9'])
	test(`the unmounted sink says that mke2fs ${version} is too old`, async () => {
		const sink = unmountedSink(fakeSystem({}, {mke2fs: mke2fs(version)}), disk);
		const error = await thrownBy(Lacking, sink.check(content, partition('ext4', 300 * MiB)));
		assert.is(error.code, 'old-e2fsprogs');
		assert.match(error.message, version);
	});

test('the unmounted sink takes ext4 alone', async () => {
	const sink = unmountedSink(fakeSystem(), disk);
	const error = await thrownBy(Lacking, sink.check(content, partition('xfs', 300 * MiB)));
	assert.is(error.code, 'needs-mounting');
});

test('the unmounted sink tries mke2fs with an archive before anything is written', async () => {
	const stderr = 'mke2fs: you need libarchive to be able to process tarballs';
	const failing = mke2fs('1.47.3', () => {
		throw new CommandFailed(['mke2fs'], {status: 1, signal: undefined, stderr});
	});
	const system = systemWith({mke2fs: failing});
	const checking = unmountedSink(system, disk).check(content, partition('ext4', 300 * MiB));
	assert.is((await thrownBy(Lacking, checking)).code, 'missing-library');
	assert.not(system.commandLines().some((line) => line.includes(file)));
});

test('the unmounted sink refuses names that debugfs cannot be given, before anything is written', async () => {
	const [first, ...others] = content.state;
	const named = first && {...first, path: 'state/a\nb', inode: {...first.inode, mtimeNsec: 1}};
	const sink = unmountedSink(systemWith({mke2fs: mke2fs('1.47.3')}), disk);
	const checking = sink.check(
		{...content, state: named ? [named, ...others] : []},
		partition('ext4', 300 * MiB),
	);
	assert.is((await thrownBy(Lacking, checking)).code, 'unsupported-name');
});

for (const [stderr, type, code] of [
	[
		'mke2fs: Could not allocate block in ext2 filesystem while populating',
		OperationFailed,
		'disk-full',
	],
	['mke2fs: Operation not permitted while writing', OperationFailed, 'disk-full'],
	['mke2fs: Input/output error while writing', CommandFailed, 'command-failed'],
] as const)
	test(`"${stderr}" is ${code}`, async () => {
		const failing = mke2fs('1.47.3', () => {
			throw new CommandFailed(['mke2fs'], {status: 1, signal: undefined, stderr});
		});
		const sink = unmountedSink(systemWith({mke2fs: failing}), disk);
		const error = await thrownBy(
			type,
			sink.writeRoot(content, partition('ext4', 300 * MiB), noProgress),
		);
		assert.is(error.code, code);
	});

test('loader entries are written alone and last, and get their names when they are whole', async () => {
	const calls: string[] = [];
	const system = fakeSystem({
		async run(command, args) {
			calls.push([command, ...args].join(' ').replaceAll(/\S+\/(?=[^/ ]+(?: |$))/g, ''));
			return {status: 0, stdout: '', stderr: ''};
		},
	});
	const sink = mountedSink(system, disk);
	const boot = partition('vfat', 64 * MiB, 2 * MiB);
	await sink.writeBoot(content, boot, noProgress);
	assert.equal(calls, ['mcopy -i disk.raw@@2097152 -s -o -Q EFI ::/']);
	await sink.finish(content, boot);
	assert.equal(calls.slice(1), [
		'mcopy -i disk.raw@@2097152 -s -o -Q loader ::/',
		'mdeltree -i disk.raw@@2097152 slipway-1+3.conf',
		'mren -i disk.raw@@2097152 slipway-1+3.conf.new slipway-1+3.conf',
	]);
});

test.run();
