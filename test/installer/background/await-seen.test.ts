import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {stateVersion} from '../../../engine/state-file.ts';
import {awaitSeen} from '../../../installer/background/await-seen.ts';
import {runFiles, writeRunState} from '../../../installer/background/run-files.ts';
import {forgetRun} from '../../../installer/background/start-run.ts';

const test = suite('waiting for somebody to see the end');

const folder = mkdtempSync(path.join(tmpdir(), 'await-seen-'));
const files = runFiles(folder);
test.after(() => rmSync(folder, {recursive: true}));

const running = {version: stateVersion, pid: 7, processStart: '1', disk: '/dev/sda'} as const;

test('is over at once when nothing was begun, and when its end was seen', async () => {
	const {signal} = new AbortController();
	await awaitSeen(files, signal);
	const ending = {kind: 'installed', message: 'sda boots now'} as const;
	await writeRunState(files, {...running, ending});
	let isOver = false;
	const waiting = awaitSeen(files, signal, 1).then(() => {
		isOver = true;
	});
	assert.not(isOver);
	await forgetRun(files);
	await waiting;
	assert.ok(isOver);
});

test('ends when it is asked to', async () => {
	await writeRunState(files, running);
	const stop = new AbortController();
	const waiting = awaitSeen(files, stop.signal);
	stop.abort();
	await waiting;
});

test.run();
