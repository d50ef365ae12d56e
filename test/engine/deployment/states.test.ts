import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import {bootHealth, deploymentStates} from '../../../engine/deployment/states.ts';
import {failed, fresh, sampleDeployment, sampleEntry, sampleMachine} from './samples.ts';

const test = suite('deployment states');

/** Serials in place of deployments: what a reader of the tables below needs. */
function summary(set: DeploymentSet) {
	const {booted, staged, rollback, rollbackQueued, others} = deploymentStates(set);
	const serial = (one: {id: string} | undefined) => one && Number(one.id.split('.')[1]);
	return {
		booted: serial(booted),
		staged: serial(staged),
		rollback: serial(rollback),
		rollbackQueued,
		others: others.map(serial),
	};
}

type Summary = ReturnType<typeof summary>;
const none: Summary = {
	booted: undefined,
	staged: undefined,
	rollback: undefined,
	rollbackQueued: false,
	others: [],
};
const good = undefined;

const cases: readonly (readonly [string, DeploymentSet, Partial<Summary>])[] = [
	[
		'just installed, before its first boot is blessed',
		sampleMachine([sampleEntry(0, {left: 2, done: 1})], 0),
		{booted: 0},
	],
	['blessed', sampleMachine([sampleEntry(0)], 0), {booted: 0}],
	[
		'an update is staged',
		sampleMachine([sampleEntry(1, fresh), sampleEntry(0)], 0),
		{booted: 0, staged: 1},
	],
	['updated', sampleMachine([sampleEntry(1), sampleEntry(0)], 1), {booted: 1, rollback: 0}],
	[
		'updated, not blessed yet',
		sampleMachine([sampleEntry(1, {left: 2, done: 1}), sampleEntry(0)], 1),
		{booted: 1, rollback: 0},
	],
	[
		'updated on its last attempt',
		sampleMachine([sampleEntry(1, failed), sampleEntry(0)], 1),
		{booted: 1, rollback: 0, rollbackQueued: true},
	],
	[
		'a second update is staged',
		sampleMachine([sampleEntry(2, fresh), sampleEntry(1), sampleEntry(0)], 1),
		{booted: 1, staged: 2, rollback: 0},
	],
	[
		'staged twice',
		sampleMachine(
			[sampleEntry(3, fresh), sampleEntry(2, fresh), sampleEntry(1), sampleEntry(0)],
			1,
		),
		{booted: 1, staged: 3, rollback: 0, others: [2]},
	],
	[
		'fallen back from a failed update',
		sampleMachine([sampleEntry(2, failed), sampleEntry(1), sampleEntry(0)], 1),
		{booted: 1, rollback: 0, others: [2]},
	],
	[
		'an update that failed once, the older one picked by hand',
		sampleMachine([sampleEntry(1, {left: 2, done: 1}), sampleEntry(0)], 0),
		{booted: 0, staged: 1},
	],
	[
		'a good older one picked by hand',
		sampleMachine([sampleEntry(1), sampleEntry(0)], 0),
		{booted: 0, rollback: 1, rollbackQueued: true},
	],
	[
		'a failed one picked by hand',
		sampleMachine([sampleEntry(1, {left: 0, done: 4}), sampleEntry(0)], 1),
		{booted: 1, rollback: 0, rollbackQueued: true},
	],
	[
		'rollback queued',
		sampleMachine([sampleEntry(1), sampleEntry(0, good, 3)], 1),
		{booted: 1, rollback: 0, rollbackQueued: true},
	],
	[
		'rolled back',
		sampleMachine([sampleEntry(1), sampleEntry(0, good, 3)], 0),
		{booted: 0, rollback: 1},
	],
	[
		'the one before was never blessed',
		sampleMachine([sampleEntry(1), sampleEntry(0, {left: 1, done: 2})], 1),
		{booted: 1, rollback: 0},
	],
	[
		'all have failed',
		sampleMachine([sampleEntry(1, failed), sampleEntry(0, failed)], 0),
		{booted: 0, others: [1]},
	],
	[
		'three good ones',
		sampleMachine([sampleEntry(2), sampleEntry(1), sampleEntry(0)], 2),
		{booted: 2, rollback: 1, others: [0]},
	],
	[
		'nothing of it is booted',
		sampleMachine([sampleEntry(1), sampleEntry(0)]),
		{rollback: 1, rollbackQueued: true, others: [0]},
	],
	['no deployments', {deployments: [], entries: [], bootedId: undefined}, {}],
	[
		'loader entries are not known',
		{
			deployments: [0, 1, 2].map((serial) => sampleDeployment(serial)),
			entries: undefined,
			bootedId: '3f2a9c1b4d5e.1',
		},
		{booted: 1, others: [2, 0]},
	],
	[
		'one has no entry and one cannot be read',
		{
			deployments: [
				{id: '3f2a9c1b4d5e.0', origin: undefined, problem: 'newer', unfinished: false},
				sampleDeployment(1),
				sampleDeployment(2),
			],
			entries: [sampleEntry(0), sampleEntry(2)],
			bootedId: '3f2a9c1b4d5e.2',
		},
		{booted: 2, rollback: 0, others: [1]},
	],
	[
		'an entry is left of a deployment that is not there',
		{...sampleMachine([sampleEntry(0)], 0), entries: [sampleEntry(5, fresh), sampleEntry(0)]},
		{booted: 0},
	],
];
for (const [title, set, expected] of cases)
	test(title, () => assert.equal(summary(set), {...none, ...expected}));

test('tells health from boot counting', () => {
	const one = sampleDeployment(0);
	const healthWith = (entries: DeploymentSet['entries']) =>
		bootHealth({deployments: [one], entries, bootedId: undefined}, one);
	assert.is(healthWith(undefined), 'unknown');
	assert.is(healthWith([]), 'not-bootable');
	assert.is(healthWith([sampleEntry(0)]), 'good');
	assert.is(healthWith([sampleEntry(0, fresh)]), 'trying');
	assert.is(healthWith([sampleEntry(0, failed)]), 'failed');
});

test.run();
