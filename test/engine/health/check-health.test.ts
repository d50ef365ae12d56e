import {chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {UsageError} from '../../../engine/errors.ts';
import {checkHealth, runAftermath} from '../../../engine/health/check-health.ts';
import type {CheckResult} from '../../../engine/health/health-check.ts';
import {runCommand} from '../../../engine/system/commands.ts';

const test = suite<{root: string}>('health');
test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'slipway-health-'));
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

const now = () => new Date('2026-03-02T08:30:00Z');
const system = {run: runCommand, now};

function write(root: string, file: string, content: string): void {
	const place = path.join(root, file);
	mkdirSync(path.dirname(place), {recursive: true});
	writeFileSync(place, content);
	chmodSync(place, 0o755);
}

test('is good when there are no checks', async ({root}) => {
	assert.equal(await checkHealth(system, undefined, root), {
		record: {
			version: 1,
			time: '2026-03-02T08:30:00.000Z',
			verdict: 'healthy',
			checks: [],
			failedUnits: [],
		},
		skipped: [],
	});
});

test('depends on required checks alone, and runs all', async ({root}) => {
	write(root, 'usr/lib/slipway/health.d/10-a', '#!/bin/sh\necho a; exit 1\n');
	write(root, 'usr/lib/slipway/health.d/20-b', '#!/bin/sh\necho b\n');
	write(root, 'usr/lib/slipway/health.d/30-c', '#!/bin/sh\nexit 1\n');
	write(root, 'etc/slipway/health.d/wanted/40-d', '#!/bin/sh\necho d; exit 2\n');
	write(root, 'etc/greenboot/check/required.d/50_e.sh', 'echo e\n');
	mkdirSync(path.join(root, 'etc/slipway/health.d/required'));
	symlinkSync('/dev/null', path.join(root, 'etc/slipway/health.d/required/30-c'));
	symlinkSync('nothing', path.join(root, 'etc/slipway/health.d/60-f'));
	const told: CheckResult[] = [];
	const {record, skipped} = await checkHealth(system, (result) => told.push(result), root);
	const common = {seconds: 0, exitStatus: 0, requirement: 'required', outcome: 'passed'} as const;
	assert.equal(record, {
		version: 1,
		time: '2026-03-02T08:30:00.000Z',
		verdict: 'unhealthy',
		checks: [
			{
				...common,
				name: '10-a',
				path: `${root}/usr/lib/slipway/health.d/10-a`,
				outcome: 'failed',
				exitStatus: 1,
				output: 'a\n',
			},
			{...common, name: '20-b', path: `${root}/usr/lib/slipway/health.d/20-b`, output: 'b\n'},
			{
				...common,
				name: '50_e.sh',
				path: `${root}/etc/greenboot/check/required.d/50_e.sh`,
				output: 'e\n',
			},
			{
				...common,
				name: '40-d',
				path: `${root}/etc/slipway/health.d/wanted/40-d`,
				requirement: 'wanted',
				outcome: 'failed',
				exitStatus: 2,
				output: 'd\n',
			},
		],
		failedUnits: [],
	});
	assert.equal(told, record.checks);
	assert.equal(skipped, [
		{path: `${root}/etc/slipway/health.d/60-f`, reason: 'is a link that leads nowhere'},
	]);
	rmSync(path.join(root, 'usr/lib/slipway/health.d/10-a'));
	assert.is((await checkHealth(system, undefined, root)).record.verdict, 'healthy');
});

test('gives each check its own time limit', async ({root}) => {
	write(root, 'usr/lib/slipway/health.d/10-a', '#!/bin/sh\n');
	write(root, 'usr/lib/slipway/health.d/20-b', '#!/bin/sh\n');
	write(root, 'etc/slipway/health.toml', 'time-limit = 7\n[time-limits]\n20-b = 9\n');
	const limits: (string | undefined)[] = [];
	const run: typeof runCommand = async (_, args) => {
		limits.push(args[2]);
		return {status: 0, stdout: '', stderr: ''};
	};
	await checkHealth({run, now}, undefined, root);
	assert.equal(limits, ['7', '9']);
});

test('leaves out settings of the machine that are wrong, says so, and keeps those of the image', async ({
	root,
}) => {
	write(root, 'usr/lib/slipway/health.d/10-a', '#!/bin/sh\n');
	write(root, 'usr/lib/slipway/health.toml', 'time-limit = 7\n');
	write(root, 'etc/slipway/health.toml', '[time-limits]\n10-a = 9\n10-b = "9"\n');
	const limits: (string | undefined)[] = [];
	const run: typeof runCommand = async (_, args) => {
		limits.push(args[2]);
		return {status: 0, stdout: '', stderr: ''};
	};
	const {record} = await checkHealth({run, now}, undefined, root);
	assert.equal(
		[limits, record.verdict, record.problems],
		[
			['7'],
			'healthy',
			[
				'/etc/slipway/health.toml, line 3: time-limits.10-b is "9", expected whole seconds from 1 to 86400',
			],
		],
	);
});

test('runs nothing when a setting of the image is wrong', async ({root}) => {
	write(root, 'usr/lib/slipway/health.d/10-a', '#!/bin/sh\n');
	write(root, 'usr/lib/slipway/health.toml', 'limit = 7\n');
	try {
		await checkHealth(system, () => assert.unreachable('it ran'), root);
		assert.unreachable();
	} catch (error) {
		assert.instance(error, UsageError);
	}
});

test("runs greenboot's scripts afterwards, for good boots and bad ones", async ({root}) => {
	write(root, 'etc/greenboot/green.d/10.sh', 'echo green\n');
	write(root, 'usr/lib/greenboot/red.d/10.sh', 'echo red; exit 1\n');
	const outputs = async (isHealthy: boolean) =>
		(await runAftermath(system, isHealthy, root)).map(({output}) => output);
	assert.equal(await outputs(true), ['green\n']);
	assert.equal(await outputs(false), ['red\n']);
});

test.run();
