import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {lockMachine} from '../../../engine/deployment/machine-lock.ts';
import {Refused} from '../../../engine/errors.ts';
import type {ProgressEvent} from '../../../engine/progress.ts';
import {hostSystem} from '../../../engine/system/host.ts';

const test = suite<{folder: string; file: string}>('machine lock');
const system = hostSystem();
const {pid} = process;

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'lock-'));
	context.file = path.join(context.folder, 'run/slipway/lock');
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

test('says in its file who has it, and nobody afterwards', async ({file}) => {
	{
		using _lock = await lockMachine(system, {name: 'slipway gc'}, file);
		assert.is(readFileSync(file, 'utf8'), `${pid} slipway gc\n`);
	}
	assert.is(readFileSync(file, 'utf8'), '');
});

test('waits for who has it, and says for whom', async ({file}) => {
	const first = await lockMachine(system, {name: 'slipway upgrade'}, file);
	const events: ProgressEvent[] = [];
	const waits = Promise.withResolvers<void>();
	const progress = (event: ProgressEvent) => {
		events.push(event);
		waits.resolve();
	};
	const second = lockMachine(system, {name: 'slipway rollback', progress}, file);
	await waits.promise;
	first[Symbol.dispose]();
	using _second = await second;
	assert.equal(events, [
		{type: 'step', step: 'wait', title: `Waiting for slipway upgrade (process ${pid})`},
		{type: 'done', step: 'wait'},
	]);
	assert.is(readFileSync(file, 'utf8'), `${pid} slipway rollback\n`);
});

test('refuses rather than wait, when told to', async ({file}) => {
	const refusal = async (): Promise<Refused> => {
		try {
			await lockMachine(system, {name: 'slipway gc', wait: false}, file);
		} catch (error) {
			assert.instance(error, Refused);
			return error as Refused;
		}
		return assert.unreachable('took it') as never;
	};
	{
		using _lock = await lockMachine(system, {name: 'slipway upgrade'}, file);
		const {code, message} = await refusal();
		assert.equal(
			[code, message],
			['machine-busy', `slipway upgrade (process ${pid}) is changing this machine`],
		);
		// Between taking the lock and saying so.
		writeFileSync(file, '');
		assert.is((await refusal()).message, 'another process is changing this machine');
	}
	using _lock = await lockMachine(system, {name: 'slipway gc', wait: false}, file);
});

test('waits no longer than it may', async ({file}) => {
	using _lock = await lockMachine(system, {name: 'slipway upgrade'}, file);
	await lockMachine(system, {name: 'slipway status', limitSec: 0.05}, file).then(
		() => assert.unreachable('took it'),
		(error: Refused) => {
			assert.instance(error, Refused);
			assert.is(error.code, 'machine-busy');
			assert.is(
				error.message,
				`slipway upgrade (process ${pid}) is changing this machine, and did not end within 0.05 seconds`,
			);
		},
	);
});

test('stops waiting at a signal', async ({file}) => {
	using _lock = await lockMachine(system, {name: 'slipway upgrade'}, file);
	const controller = new AbortController();
	const progress = () => controller.abort();
	try {
		await lockMachine(system, {name: 'x', progress, signal: controller.signal}, file);
		assert.unreachable('took it');
	} catch (error) {
		assert.is((error as Error).name, 'AbortError');
	}
});

test.run();
