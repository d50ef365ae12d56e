import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Lacking, Refused} from '../../../engine/errors.ts';
import type {ProgressEvent} from '../../../engine/progress.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import type {PlannedPartition} from '../../../installer/disk/layout.ts';
import {ext4Sink} from '../../../installer/sink/ext4.ts';
import {mountedSink} from '../../../installer/sink/mounted.ts';
import {contentBytes} from '../../../installer/sink/root-files.ts';
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

for (const [name, makeSink] of [
	['mounted', mountedSink],
	['ext4', ext4Sink],
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

test('the ext4 sink stops before the first write where it has no libext2fs', async () => {
	const system = fakeSystem({
		loadExt4() {
			throw new Lacking('missing-library', 'an ext4 cannot be written without libext2fs.so.2');
		},
	});
	const sink = ext4Sink(system, disk);
	const error = await thrownBy(Lacking, sink.check(content, partition('ext4', 300 * MiB)));
	assert.is(error.code, 'missing-library');
	assert.equal(system.commandLines(), []);
});

test('the ext4 sink makes a file system at its offset, and tells of all bytes it writes', async () => {
	const system = fakeSystem();
	const events: ProgressEvent[] = [];
	const sink = ext4Sink(system, disk);
	const root = partition('ext4', 300 * MiB);
	await sink.makeRoot(root);
	assert.equal(
		system.commandLines().map((line) => line.replace(/ -E \S+/, '')),
		[`mke2fs -q -F -t ext4 -U ${root.fileSystem.uuid} -L slipway-root ${file} 307200K`],
	);
	assert.is(await sink.writeRoot(content, root, (event) => events.push(event)), 'offline');
	const total = contentBytes(content);
	const isAdvance = (event: ProgressEvent) => event.type === 'advance';
	assert.equal(
		events.filter((event) => !isAdvance(event)),
		[
			{type: 'step', step: 'root', title: 'Writing the root file system', total, unit: 'bytes'},
			{type: 'done', step: 'root'},
		],
	);
	assert.is(system.calls.at(-1)?.call, 'flushDevice');
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
	const boot = {start: 2 * MiB, size: 64 * MiB, isShared: false};
	await sink.writeBoot(content, {esp: boot, boot});
	const files = Array.from(content.bootFiles, () => 'mcopy -i disk.raw@@2097152 -s -o -Q EFI ::/');
	assert.equal(calls, files);
	await sink.finish(content, boot);
	assert.equal(calls.slice(files.length), [
		'mcopy -i disk.raw@@2097152 -s -o -Q loader ::/',
		'mdeltree -i disk.raw@@2097152 slipway-1+3.conf',
		'mren -i disk.raw@@2097152 slipway-1+3.conf.new slipway-1+3.conf',
	]);
});

test.run();
