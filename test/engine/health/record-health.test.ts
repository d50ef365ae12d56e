import {cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {writeOrigin} from '../../../engine/deployment/state-directory.ts';
import {Refused} from '../../../engine/errors.ts';
import {
	currentHealthFile,
	describeFailure,
	type HealthRecord,
	readCurrentHealth,
	readHealth,
} from '../../../engine/health/health-record.ts';
import {
	bootedDeployment,
	recordHealth,
	recordIncompleteBoot,
} from '../../../engine/health/record-health.ts';
import {type FakeSystem, fakeSystem} from '../../../engine/system/fake.ts';
import {sampleDeployment} from '../deployment/samples.ts';

interface Context {
	root: string;
	physical: string;
	current: string;
	system: FakeSystem;
}

const test = suite<Context>('record of health');
const id = '3f2a9c1b4d5e.1';

const failedUnits = `foo.service loaded failed failed Foo
bar.mount   loaded failed failed Bar
`;

/** Its mounts are folders whose content comes to the mounted one when they end. */
function machine(physical: string): FakeSystem {
	return fakeSystem(
		{
			now: () => new Date('2026-03-02T08:30:00Z'),
			unmount: (place) => {
				cpSync(place, physical, {recursive: true});
				rmSync(place, {recursive: true});
				mkdirSync(place);
			},
		},
		{systemctl: failedUnits},
	);
}

test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'slipway-health-'));
	context.physical = path.join(context.root, 'sysroot');
	context.current = path.join(context.root, currentHealthFile);
	context.system = machine(context.physical);
	mkdirSync(context.physical);
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

const check = {
	name: '10-web',
	path: '/etc/slipway/health.d/10-web',
	requirement: 'required',
	outcome: 'passed',
	exitStatus: 0,
	seconds: 0.2,
	output: '',
} as const;
const healthy: HealthRecord = {
	version: 1,
	time: '2026-03-02T08:00:00.000Z',
	verdict: 'healthy',
	checks: [check],
	failedUnits: [],
};
const unhealthy: HealthRecord = {
	...healthy,
	verdict: 'unhealthy',
	checks: [{...check, outcome: 'timed-out', exitStatus: 124}],
};

test('writes nothing to the disk when all is well', async ({root, physical, current, system}) => {
	await recordHealth(system, id, healthy, root);
	assert.equal(await readCurrentHealth(current), healthy);
	assert.is(await readHealth(physical, id), undefined);
	assert.equal(system.calls, []);
});

test('tells the next system of a failure, and takes it back', async ({
	root,
	physical,
	current,
	system,
}) => {
	await recordHealth(system, id, unhealthy, root);
	assert.equal(await readCurrentHealth(current), unhealthy);
	assert.equal(await readHealth(physical, id), unhealthy);
	const file = path.join(physical, 'state/deploy', id, 'health.json');
	for (const one of [file, current]) assert.is(statSync(one).mode & 0o777, 0o644);
	await recordHealth(system, id, healthy, root);
	assert.equal(await readHealth(physical, id), healthy);
	assert.not.ok(existsSync(path.join(root, 'run/slipway/health-root')));
});

test('notes which units failed when a boot is given up', async ({root, physical, system}) => {
	const expected: HealthRecord = {
		version: 1,
		time: '2026-03-02T08:30:00.000Z',
		verdict: 'incomplete',
		checks: [],
		failedUnits: ['foo.service', 'bar.mount'],
	};
	assert.equal(await recordIncompleteBoot(system, id, root), expected);
	assert.equal(await readHealth(physical, id), expected);
	assert.equal(system.commandLines(), ['systemctl list-units --failed --plain --no-legend']);
});

test('keeps what checks found when the boot is given up for it', async ({
	root,
	physical,
	system,
}) => {
	await recordHealth(system, id, unhealthy, root);
	assert.equal(await recordIncompleteBoot(system, id, root), unhealthy);
	assert.equal(await readHealth(physical, id), unhealthy);
});

test('keeps what passed when something else fails', async ({root, system}) => {
	await recordHealth(system, id, healthy, root);
	const {verdict, checks} = await recordIncompleteBoot(system, id, root);
	assert.equal({verdict, checks}, {verdict: 'incomplete', checks: healthy.checks});
});

test('describes a failure in a few words', () => {
	const incomplete: HealthRecord = {...healthy, verdict: 'incomplete'};
	const wanted = {...check, requirement: 'wanted', outcome: 'failed'} as const;
	assert.equal(
		[
			healthy,
			{...healthy, checks: [wanted]},
			unhealthy,
			{...unhealthy, checks: [...unhealthy.checks, wanted, {...unhealthy.checks[0], name: 'b'}]},
			incomplete,
			{...incomplete, failedUnits: ['foo.service', 'bar.mount']},
		].map((record) => describeFailure(record as HealthRecord)),
		[
			undefined,
			undefined,
			'health check 10-web failed',
			'health check 10-web, b failed',
			'it did not finish starting in time',
			'foo.service, bar.mount failed',
		],
	);
});

test('is kept of deployments alone', async ({root, physical}) => {
	try {
		await bootedDeployment(root);
		assert.unreachable();
	} catch (error) {
		assert.instance(error, Refused);
		assert.is((error as Refused).code, 'not-deployed');
	}
	mkdirSync(path.join(root, 'proc'));
	writeFileSync(path.join(root, 'proc/cmdline'), `composefs=${'3f'.repeat(32)} slipway=${id}\n`);
	await writeOrigin(physical, sampleDeployment(1));
	assert.is(await bootedDeployment(root), id);
});

test.run();
