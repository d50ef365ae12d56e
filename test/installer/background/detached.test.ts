import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {followRun, isRunning} from '../../../installer/background/follow-run.ts';
import {readRunState, runFiles} from '../../../installer/background/run-files.ts';

const test = suite('process that installs');

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-detached-'));
test.after(() => rmSync(folder, {recursive: true}));

test('goes on in a session of its own when who started it is gone, and is found again', async () => {
	const files = runFiles(path.join(folder, 'run'));
	const starter = path.join(import.meta.dirname, 'run-process.ts');
	const {status, stderr} = spawnSync(process.execPath, [starter, 'start', files.folder], {
		encoding: 'utf8',
	});
	assert.is(status, 0, stderr);
	const state = await readRunState(files);
	assert.ok(state);
	assert.ok(isRunning(state));
	const proc = (file: string): string => readFileSync(`/proc/${state.pid}/${file}`, 'utf8');
	const [, , , session] = proc('stat')
		.slice(proc('stat').lastIndexOf(')') + 2)
		.split(' ');
	assert.is(session, String(state.pid));
	// What it was told is in neither of the places where others look.
	assert.not.match(proc('cmdline') + proc('environ'), /\$6\$/);
	writeFileSync(path.join(files.folder, 'go'), '');
	const news = await Array.fromAsync(followRun(files, new AbortController().signal));
	assert.equal(
		news.map((one) => (one.kind === 'event' ? one.event.type : one.ending)),
		['step', {kind: 'installed', message: '$6$salt$hash'}],
	);
});

test.run();
