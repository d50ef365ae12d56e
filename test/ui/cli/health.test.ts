import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {CheckResult} from '../../../engine/health/health-check.ts';
import type {HealthRecord} from '../../../engine/health/health-record.ts';
import {formatHealth, formatResult} from '../../../ui/cli/health.ts';
import {slipway} from './run-program.ts';

const test = suite('health text');

const passed: CheckResult = {
	name: '10-web',
	path: '/etc/slipway/health.d/10-web',
	requirement: 'required',
	outcome: 'passed',
	exitStatus: 0,
	seconds: 0.42,
	output: 'noise\n',
};
const failed: CheckResult = {...passed, outcome: 'failed', exitStatus: 3, output: 'a\n\nb\n'};
const timedOut: CheckResult = {
	...passed,
	name: '20-db',
	requirement: 'wanted',
	outcome: 'timed-out',
	exitStatus: 124,
	seconds: 300.2,
	output: '',
};

test('says of each check how it went', () => {
	assert.equal(formatResult(passed), ['passed: 10-web (0.4 s)']);
	assert.equal(formatResult(failed), [
		'FAILED: 10-web (exit status 3, 0.4 s, required): /etc/slipway/health.d/10-web',
		'  a',
		'  ',
		'  b',
	]);
	assert.equal(formatResult(timedOut), [
		'FAILED: 20-db (ended after 5 min 00 s, wanted): /etc/slipway/health.d/10-web',
	]);
});

const sum = (checks: CheckResult[], problems: string[] = []): string[] => {
	const time = '2026-03-02T08:30:00.000Z';
	const known = {version: 1, time, verdict: 'healthy'} as const;
	const record: HealthRecord = {...known, checks, failedUnits: [], problems};
	return formatHealth({record, skipped: [{path: '/etc/x', reason: 'is not executable'}]});
};

test('ends with the verdict', () => {
	assert.equal(sum([]), [
		'left out: /etc/x is not executable',
		'healthy: no checks are installed',
		'Put programs into /usr/lib/slipway/health.d of the image, or /etc/slipway/health.d of this machine.',
	]);
	assert.is(sum([passed, timedOut]).at(-1), 'healthy: 2 checks');
	assert.is(sum([passed], ['x.toml, line 1: wrong'])[0], 'left out: x.toml, line 1: wrong');
	assert.is(sum([failed]).at(-1), 'not healthy: 10-web failed, of 1 check');
});

test('is refused to be recorded where nothing is deployed', () => {
	for (const option of ['--boot', '--note-failed-boot'])
		assert.equal(slipway(['health', option]), {
			status: 3,
			stdout: '',
			stderr:
				'slipway: this is not a machine that slipway installed\n  hint: Run it on the machine itself; see slipway status.\n',
		});
});

test.run();
