import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Refused} from '../../../engine/errors.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {noAnswers} from '../../../installer/answers/answers.ts';
import {followRun, type RunNews} from '../../../installer/background/follow-run.ts';
import {processStart} from '../../../installer/background/process-start.ts';
import {readRunState, runFiles, writeRunState} from '../../../installer/background/run-files.ts';
import {RunJournal} from '../../../installer/background/run-journal.ts';
import {forgetRun, startRun} from '../../../installer/background/start-run.ts';

const test = suite('installation in the background');

const parent = mkdtempSync(path.join(tmpdir(), 'slipway-run-'));
let count = 0;
const newFiles = () => runFiles(path.join(parent, String(count++)));
test.after(() => rmSync(parent, {recursive: true}));

async function newsOf(files: ReturnType<typeof newFiles>): Promise<RunNews[]> {
	return await Array.fromAsync(followRun(files, new AbortController().signal));
}

test('tells its events and its end to who comes later, and to nobody but root', async () => {
	const files = newFiles();
	{
		using journal = await RunJournal.begin(fakeSystem(), files, '/dev/sda');
		journal.report({type: 'step', step: 'root', title: 'Writing', total: 10});
		for (let done = 1; done <= 10; done++) journal.report({type: 'advance', step: 'root', done});
		journal.report({type: 'done', step: 'root'});
		await journal.endInstalled('/dev/sda boots', 'recovery words');
	}
	const news = await newsOf(files);
	assert.equal(
		news.map((one) => (one.kind === 'event' ? one.event.type : one)),
		[
			'step',
			'advance',
			'done',
			{
				kind: 'ended',
				ending: {kind: 'installed', message: '/dev/sda boots'},
				recoveryKey: 'recovery words',
			},
		],
	);
	for (const file of [files.state, files.events, files.recoveryKey])
		assert.is(statSync(file).mode & 0o777, 0o600, file);
	assert.is(statSync(files.folder).mode & 0o777, 0o700);
	assert.not.match(readFileSync(files.state, 'utf8') + readFileSync(files.events, 'utf8'), /words/);
	await forgetRun(files);
	assert.is(await readRunState(files), undefined);
});

test('says what failed, with the hint', async () => {
	const files = newFiles();
	using journal = await RunJournal.begin(fakeSystem(), files, '/dev/sda');
	await journal.endFailed(new Refused('in-use', '/dev/sda is in use', {hint: 'Unmount it.'}));
	assert.equal(await newsOf(files), [
		{
			kind: 'ended',
			ending: {
				kind: 'failed',
				message: '/dev/sda is in use',
				hint: 'Unmount it.',
				exitStatus: 3,
			},
			recoveryKey: undefined,
		},
	]);
});

test('is known to have died, also when another process has its number now', async () => {
	const files = newFiles();
	using _journal = await RunJournal.begin(fakeSystem(), files, '/dev/sda');
	const state = await readRunState(files);
	assert.ok(state);
	assert.is(state.processStart, processStart(process.pid));
	await writeRunState(files, {...state, processStart: '1'});
	writeFileSync(files.events, '{"type":"done","step":"a","at":1}\n{"type":"do');
	const news = await newsOf(files);
	assert.is(news.length, 2);
	assert.equal(news[1], {
		kind: 'ended',
		ending: {
			kind: 'failed',
			message: 'the installation on /dev/sda ended without a word',
			hint: 'The disk is not a finished installation; try again.',
			exitStatus: 1,
		},
		recoveryKey: undefined,
	});
});

test('is begun only once at a time', async () => {
	const files = newFiles();
	using _journal = await RunJournal.begin(fakeSystem(), files, '/dev/sda');
	const system = fakeSystem();
	try {
		await startRun(system, files, {command: 'slipway', args: []}, noAnswers);
		assert.unreachable();
	} catch (error) {
		assert.ok(error instanceof Refused);
		assert.is(error.code, 'install-running');
	}
	assert.equal(system.calls, []);
	const busy = fakeSystem({
		lock: async (_file, options) => {
			options?.onWait?.();
			return () => {};
		},
	});
	try {
		await RunJournal.begin(busy, files, '/dev/sdb');
		assert.unreachable();
	} catch (error) {
		assert.is((error as Refused).code, 'install-running');
	}
});

test('says why it did not start', async () => {
	const files = newFiles();
	const system = fakeSystem({
		startDetached: async (_command, _args, {log}) => {
			writeFileSync(log, 'slipway: cannot mount\n  hint: Be root.\n');
			return {pid: 1, ended: Promise.resolve(5)};
		},
	});
	try {
		await startRun(system, files, {command: 'slipway', args: []}, noAnswers);
		assert.unreachable();
	} catch (error) {
		assert.is(
			(error as Error).message,
			'the installation did not start: slipway: cannot mount;   hint: Be root.',
		);
	}
});

test.run();
