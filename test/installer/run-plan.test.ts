import {mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Lacking, OperationFailed} from '../../engine/errors.ts';
import {noProgress, type ProgressEvent} from '../../engine/progress.ts';
import {fakeSystem} from '../../engine/system/fake.ts';
import {describeSystem} from '../../installer/describe-system.ts';
import {GiB} from '../../installer/disk/size.ts';
import type {InstallPlan} from '../../installer/plan.ts';
import {checkPlan, runPlan} from '../../installer/run-plan.ts';
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

/** What sfdisk says of a disk that got the table it was told to make. */
function tableJson({disks: [{layout}]}: InstallPlan): string {
	const {label, id, sectorSize, partitions} = layout;
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
function systemWith(before: (command: string, count: number) => void = () => {}) {
	let count = 0;
	const answers = {
		sfdisk: (args: readonly string[]) => (args.includes('--json') ? tableJson(plan) : ''),
		mke2fs: (args: readonly string[]) =>
			args[0] === '-V' ? {status: 0, stdout: '', stderr: 'mke2fs 1.47.2 (1-Jan-2025)\n'} : '',
	};
	const inner = fakeSystem({}, answers);
	return fakeSystem({
		async run(command, args, options) {
			before(command, count++);
			return inner.run(command, args, options);
		},
	});
}

const programs = [
	'wipefs',
	'sfdisk',
	'sfdisk',
	'mkfs.vfat',
	'mke2fs',
	'mke2fs',
	'debugfs',
	'mcopy',
	'sfdisk',
	'mcopy',
];

test('names the root finished when all is there, and makes the disk bootable last', async () => {
	const system = systemWith();
	const events: ProgressEvent[] = [];
	await runPlan(system, plan, content, never, (event) => events.push(event));
	const lines = system.commandLines();
	assert.equal(
		lines.map((line) => line.split(' ')[0]),
		programs,
	);
	assert.match(lines.at(-2) ?? '', /--part-label \S+ 2 slipway-root$/);
	assert.match(lines.at(-1) ?? '', /\/loader ::\/$/);
	assert.equal(
		events.flatMap((event) => (event.type === 'step' ? event.step : [])),
		['partition', 'root', 'boot'],
	);
	assert.is(system.calls.at(-1)?.call, 'flushDevice');
});

test('goes no further than a step that failed, wherever that is', async () => {
	for (let failing = 0; failing < programs.length; failing++) {
		const failure = new OperationFailed('broken', `step ${failing}`);
		const system = systemWith((_, count) => {
			if (count === failing) throw failure;
		});
		const outcome = await runPlan(system, plan, content, never, noProgress).catch((e) => e);
		assert.is(outcome, failure);
		assert.is(system.commandLines().length, failing + 1);
	}
});

test('stops between steps when it is interrupted, and says what the disk is now', async () => {
	for (let last = 0; last < programs.length - 2; last++) {
		const controller = new AbortController();
		const system = systemWith((_, count) => {
			if (count === last) controller.abort();
		});
		const outcome: unknown = await runPlan(
			system,
			plan,
			content,
			controller.signal,
			noProgress,
		).catch((error) => error);
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
	const outcome = await runPlan(system, plan, content, AbortSignal.abort(reason), noProgress).catch(
		(error) => error,
	);
	assert.is(outcome, reason);
	assert.equal(system.calls, []);
});

test('is refused before the first write when the tools will not do', async () => {
	const system = fakeSystem({}, {mke2fs: () => ({status: 0, stdout: '', stderr: 'mke2fs 1.46.6'})});
	const outcome = await checkPlan(system, plan, content).catch((error) => error);
	assert.instance(outcome, Lacking);
	assert.is(outcome.code, 'old-e2fsprogs');
	assert.equal(system.commandLines(), ['mke2fs -V']);
});

test.run();
