import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {CheckResult} from '../../../engine/health/health-check.ts';
import {runCheck} from '../../../engine/health/run-check.ts';
import {hostSystem} from '../../../engine/system/host.ts';

const test = suite('a health check');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-check-'));
test.after(() => rmSync(folder, {recursive: true}));

interface Options {
	readonly timeLimit?: number;
	readonly mode?: number;
	readonly interpreter?: 'bash';
}

/** Runs a script and leaves out what does not depend on it. */
async function run(
	script: string,
	{timeLimit = 60, mode = 0o755, interpreter}: Options = {},
): Promise<Pick<CheckResult, 'outcome' | 'exitStatus' | 'output'>> {
	const file = path.join(folder, '10 check');
	rmSync(file, {force: true});
	writeFileSync(file, script, {mode});
	const check = {name: '10 check', path: file, requirement: 'required', interpreter} as const;
	const result = await runCheck(hostSystem(), check, timeLimit);
	const {name, path: itsPath, requirement, seconds, outcome, exitStatus, output} = result;
	assert.equal([name, itsPath, requirement], ['10 check', file, 'required']);
	assert.ok(seconds >= 0);
	return {outcome, exitStatus, output};
}

const sh = '#!/bin/sh\n';

test('passes with exit status 0', async () => {
	assert.equal(await run(`${sh}echo fine; echo 'and "well"' >&2`), {
		outcome: 'passed',
		exitStatus: 0,
		output: 'fine\nand "well"\n',
	});
});

test('fails with any other', async () => {
	assert.equal(await run(`${sh}echo broken; exit 3`), {
		outcome: 'failed',
		exitStatus: 3,
		output: 'broken\n',
	});
	for (const status of [124, 137])
		assert.equal(await run(`${sh}exit ${status}`), {
			outcome: 'failed',
			exitStatus: status,
			output: '',
		});
});

test('fails when a signal ends it', async () => {
	const {outcome, exitStatus} = await run(`${sh}kill -9 $$`);
	assert.equal({outcome, exitStatus}, {outcome: 'failed', exitStatus: 137});
});

test('fails when it cannot be run', async () => {
	const {outcome, exitStatus, output} = await run('#!/no/such/program\n');
	assert.is(outcome, 'failed');
	assert.ok(exitStatus === 126 || exitStatus === 127);
	assert.match(output, /10 check/);
});

test('is given to bash when it is for greenboot', async () => {
	const script = '[[ abc == a* ]] && echo b';
	assert.equal(await run(script, {mode: 0o644, interpreter: 'bash'}), {
		outcome: 'passed',
		exitStatus: 0,
		output: 'b\n',
	});
});

test('is ended with all that it started when its time is over', async () => {
	const start = Date.now();
	const script = `${sh}echo begun; sleep 61 & sleep 61`;
	const {outcome, output} = await run(script, {timeLimit: 1});
	assert.is(outcome, 'timed-out');
	assert.match(output, /^begun\n/);
	assert.ok(Date.now() - start < 30_000);
});

test('is not waited for when only its children still run', async () => {
	const start = Date.now();
	const {outcome, output} = await run(`${sh}sleep 61 & echo done`);
	assert.equal({outcome, output}, {outcome: 'passed', output: 'done\n'});
	assert.ok(Date.now() - start < 30_000);
});

test('may print as much as it likes, of which the end is kept', async () => {
	const {outcome, output} = await run(`${sh}seq 1 500000; echo last; exit 1`);
	assert.is(outcome, 'failed');
	assert.is(output.length, 4096);
	assert.match(output, /500000\nlast\n$/);
});

test.run();
