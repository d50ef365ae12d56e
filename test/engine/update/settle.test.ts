import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type Settlement, settlementOf} from '../../../engine/update/settle.ts';
import type {UpdaterState} from '../../../engine/update/updater-state.ts';
import {failed, fresh, sampleEntry, sampleMachine} from '../deployment/samples.ts';

const test = suite('settlement');

const [old, booted] = ['3f2a9c1b4d5e.0', '3f2a9c1b4d5e.1'];
const rebootLock = {url: 'https://fleetlock.example.com', group: 'web'};
const good = sampleMachine([sampleEntry(1), sampleEntry(0)], 1);

const cases: readonly (readonly [
	name: string,
	state: Omit<UpdaterState, 'version' | 'postponed'>,
	due: Omit<Settlement, 'booted'> | undefined,
])[] = [
	['has nothing to tell of a machine that is new', {}, {unlock: undefined, outcome: undefined}],
	['is over when all is as it was', {settled: booted}, undefined],
	[
		'tells of an update by the updater',
		{settled: old, applying: booted},
		{unlock: undefined, outcome: 'applied'},
	],
	[
		"tells of one that went in at somebody's reboot",
		{settled: old},
		{unlock: undefined, outcome: 'applied'},
	],
	[
		'gives a right back',
		{settled: old, applying: booted, rebootLock},
		{unlock: rebootLock, outcome: 'applied'},
	],
	[
		'tells of a machine that came back',
		{settled: booted, applying: '3f2a9c1b4d5e.2', rebootLock},
		{unlock: rebootLock, outcome: 'not-applied'},
	],
	[
		'tries again to give a right back, and tells nothing twice',
		{settled: booted, rebootLock},
		{unlock: rebootLock, outcome: undefined},
	],
];
for (const [name, state, due] of cases)
	test(name, () => {
		const settlement = settlementOf({version: 1, postponed: [], ...state}, good);
		assert.equal(settlement, due && {booted, ...due});
	});

test('waits until the running deployment has been found good', () => {
	const state = {version: 1, postponed: [], settled: old, applying: booted, rebootLock} as const;
	const entries = [
		[sampleEntry(1, {left: 2, done: 1}), sampleEntry(0)],
		[sampleEntry(0), sampleEntry(1, failed)],
		[sampleEntry(0)],
	];
	for (const some of entries) assert.is(settlementOf(state, {...good, entries: some}), undefined);
	assert.is(settlementOf(state, {...good, entries: undefined}), undefined);
	assert.is(settlementOf(state, {...good, bootedId: undefined}), undefined);
	assert.is(settlementOf(state, sampleMachine([sampleEntry(1, fresh)], 1)), undefined);
});

test.run();
