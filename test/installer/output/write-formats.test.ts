import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {OperationFailed, Refused, UsageError} from '../../../engine/errors.ts';
import {noProgress, type ProgressEvent} from '../../../engine/progress.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import {type DiskFormatName, diskFormats} from '../../../installer/output/formats/formats.ts';
import type {FormatOutput} from '../../../installer/output/write-formats.ts';
import {thrownBy} from '../sink/thrown.ts';
import {describeImage} from './qemu-img.ts';
import {MiB, makeDisk, noise, text} from './sample-disks.ts';
import {writeInPlace} from './write-in-place.ts';

const test = suite<{folder: string; out: string}>('writing of formats');
const system = hostSystem();
const {signal} = new AbortController();

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-output-'));
	context.out = path.join(context.folder, 'out');
	mkdirSync(context.out);
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const formats = ['qcow2', 'vmdk', 'vhdx', 'vpc', 'ova'] as const;

function outputsIn(folder: string, names: readonly DiskFormatName[] = formats): FormatOutput[] {
	return names.map((format) => ({
		format,
		file: path.join(folder, `disk${diskFormats[format].suffix}`),
	}));
}

test('replaces files of the same names, with ones that everybody may read', async ({
	folder,
	out,
}) => {
	const disk = makeDisk(folder, {size: 2 * MiB, pieces: [[0, text(MiB)]]});
	const outputs = outputsIn(out, ['qcow2']);
	for (const {file} of outputs) {
		writeFileSync(file, 'an older one');
		writeFileSync(`${file}.slipway-new`, 'left by a crash', {mode: 0o600});
	}
	await writeInPlace(system, disk, outputs, noProgress, signal);
	assert.equal(readdirSync(out), ['disk.qcow2']);
	assert.is(describeImage(path.join(out, 'disk.qcow2'))['virtual-size'], 2 * MiB);
});

test('tells how much of the data is read', async ({folder, out}) => {
	const disk = makeDisk(folder, {
		size: 100 * MiB,
		pieces: [
			[0, text(5 * MiB)],
			[60 * MiB, text(4 * MiB)],
		],
	});
	const events: ProgressEvent[] = [];
	await writeInPlace(
		system,
		disk,
		outputsIn(out, ['vmdk', 'vhdx']),
		(event) => events.push(event),
		signal,
	);
	const [first, ...others] = events;
	assert.equal(first, {
		type: 'step',
		step: 'formats',
		title: 'Writing vmdk, vhdx',
		total: 9 * MiB,
		unit: 'bytes',
	});
	assert.equal(others, [
		{type: 'advance', step: 'formats', done: 4 * MiB},
		{type: 'advance', step: 'formats', done: 8 * MiB},
		{type: 'done', step: 'formats'},
	]);
});

const wholeDisk = {size: 2 * MiB, pieces: [[0, text(MiB)]]} as const;

test('refuses a disk that a format cannot hold before it writes any', async ({folder, out}) => {
	const disk = makeDisk(folder, wholeDisk);
	const writing = writeInPlace(system, disk, outputsIn(out, ['qcow2', 'gce']), noProgress, signal);
	const {code, message, hint} = await thrownBy(Refused, writing);
	assert.equal(
		{code, message, hint},
		{
			code: 'unfit-disk',
			message: 'a disk of 2097152 bytes cannot be written as gce',
			hint: 'Give it a size that is a multiple of 1 GiB.',
		},
	);
	const [output] = outputsIn(out, ['vhdx']);
	assert.ok(output);
	const compressing = writeInPlace(
		system,
		disk,
		[{...output, isCompressed: true}],
		noProgress,
		signal,
	);
	assert.is((await thrownBy(UsageError, compressing)).message, 'vhdx is never compressed');
	assert.equal(readdirSync(out), []);
});

test('says which folder is not there', async ({folder, out}) => {
	const disk = makeDisk(folder, wholeDisk);
	const missing = path.join(folder, 'missing');
	const outputs = [...outputsIn(out), ...outputsIn(missing, ['qcow2'])];
	const writing = writeInPlace(system, disk, outputs, noProgress, signal);
	const {code, message} = await thrownBy(Refused, writing);
	assert.is(code, 'output-not-writable');
	assert.is(message, `${missing}/disk.qcow2 cannot be written: there is no folder ${missing}`);
	assert.equal(readdirSync(out), []);
});

test('refuses a place that is a folder', async ({folder, out}) => {
	const disk = makeDisk(folder, wholeDisk);
	mkdirSync(path.join(out, 'disk.vmdk'));
	const writing = writeInPlace(system, disk, outputsIn(out, ['qcow2', 'vmdk']), noProgress, signal);
	assert.match(
		(await thrownBy(Refused, writing)).message,
		/disk\.vmdk cannot be written: it is a folder$/,
	);
	assert.equal(readdirSync(out), ['disk.vmdk']);
});

test('leaves nothing when the disk is shorter than was said', async ({folder, out}) => {
	const disk = makeDisk(folder, wholeDisk);
	const writing = writeInPlace(
		system,
		{...disk, size: 4 * MiB},
		outputsIn(out),
		noProgress,
		signal,
	);
	const {code, message} = await thrownBy(OperationFailed, writing);
	assert.is(code, 'source-changed');
	assert.is(message, 'disk.raw has 2097152 bytes and not the 4194304 of the disk');
	assert.equal(readdirSync(out), []);
});

test('leaves nothing when the disk becomes shorter meanwhile', async ({folder, out}) => {
	const disk = makeDisk(folder, wholeDisk);
	const lying = {dataExtents: () => [{start: 0, end: 4 * MiB}]};
	const outputs = outputsIn(out);
	const writing = writeInPlace(
		lying,
		disk,
		outputs,
		(event) => event.type === 'step' && writeFileSync(disk.path, Buffer.alloc(MiB, 1)),
		signal,
	);
	assert.is((await thrownBy(OperationFailed, writing)).message, `the disk ends at byte ${MiB}`);
	assert.equal(readdirSync(out), []);
});

test('leaves nothing but older files when it is stopped half-way', async ({folder, out}) => {
	const disk = makeDisk(folder, {size: 32 * MiB, pieces: [[0, noise(24 * MiB)]]});
	writeFileSync(path.join(out, 'disk.qcow2'), 'an older one');
	const stop = new AbortController();
	const reason = new Error('stopped by a test');
	const writing = writeInPlace(
		system,
		disk,
		outputsIn(out),
		(event) => event.type === 'advance' && stop.abort(reason),
		stop.signal,
	);
	assert.is(await thrownBy(Error, writing), reason);
	assert.equal(readdirSync(out), ['disk.qcow2']);
	assert.is(readFileSync(path.join(out, 'disk.qcow2'), 'utf8'), 'an older one');
});

test.run();
