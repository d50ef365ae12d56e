import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {BootEntry} from '../../../engine/boot/boot-loader.ts';
import {
	type BootReason,
	bootReason,
	isBeyondTries,
} from '../../../engine/deployment/boot-reason.ts';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import {loginMessage} from '../../../engine/deployment/login-message.ts';
import {failed, fresh, sampleEntry, sampleMachine} from './samples.ts';

const test = suite('boot reason');

const id = (serial: number): string => `3f2a9c1b4d5e.${serial}`;
const failures = new Map([[id(2), 'health check 10-web failed']]);
const because = {id: id(2), attempts: 3, reason: 'health check 10-web failed'};
const unknown = {id: id(1), attempts: 3, reason: null};
const secondTry = {left: 1, done: 2};
const beyond = {left: 0, done: 4};

/** Entries as they are at boot, and which of them runs. */
const cases: readonly (readonly [
	title: string,
	entries: readonly BootEntry[],
	booted: number,
	BootReason | undefined,
])[] = [
	['the only one', [sampleEntry(0)], 0, {kind: 'newest'}],
	['the first attempt', [sampleEntry(1, {left: 2, done: 1}), sampleEntry(0)], 1, {kind: 'newest'}],
	['the last attempt', [sampleEntry(1, failed), sampleEntry(0)], 1, {kind: 'newest'}],
	['a good one', [sampleEntry(2), sampleEntry(1), sampleEntry(0)], 2, {kind: 'newest'}],
	[
		'after an update that failed',
		[sampleEntry(2, failed), sampleEntry(1), sampleEntry(0)],
		1,
		{kind: 'fell-back', from: [because]},
	],
	[
		'after two that failed',
		[sampleEntry(2, failed), sampleEntry(1, failed), sampleEntry(0)],
		0,
		{kind: 'fell-back', from: [because, unknown]},
	],
	[
		'a fallback that is not known to be good itself',
		[sampleEntry(2, failed), sampleEntry(1, secondTry)],
		1,
		{kind: 'fell-back', from: [because]},
	],
	[
		'an update after one that failed',
		[sampleEntry(3), sampleEntry(2, failed), sampleEntry(1)],
		3,
		{kind: 'newest'},
	],
	[
		'an older one, when a newer one is good',
		[sampleEntry(2), sampleEntry(1), sampleEntry(0)],
		0,
		{kind: 'picked', instead: id(2)},
	],
	[
		'an older one, when a newer one was to be tried',
		[sampleEntry(1, fresh), sampleEntry(0)],
		0,
		{kind: 'picked', instead: id(1)},
	],
	[
		'an older one, when one between failed',
		[sampleEntry(2), sampleEntry(1, failed), sampleEntry(0)],
		0,
		{kind: 'picked', instead: id(2)},
	],
	[
		'a failed one, when another is good',
		[sampleEntry(2, beyond), sampleEntry(1)],
		2,
		{kind: 'picked', instead: id(1)},
	],
	[
		'a failed one, when there is no other',
		[sampleEntry(2, beyond), sampleEntry(1, failed)],
		2,
		{kind: 'last-resort', from: [{...because, attempts: 4}]},
	],
	[
		'an older failed one, when all have failed',
		[sampleEntry(1, beyond), sampleEntry(2, failed)],
		1,
		{kind: 'last-resort', from: [{...unknown, attempts: 4}, because]},
	],
	[
		'one that a rollback put first',
		[sampleEntry(1), sampleEntry(0, undefined, 9)],
		0,
		{kind: 'rolled-back'},
	],
	[
		'the fallback from one that a rollback put first',
		[sampleEntry(2, failed, 9), sampleEntry(3)],
		3,
		{kind: 'fell-back', from: [because]},
	],
	['one without an entry', [sampleEntry(1)], 5, undefined],
];
for (const [title, entries, booted, expected] of cases)
	test(`knows why it runs ${title}`, () =>
		assert.equal(bootReason(sampleMachine(entries, booted), failures), expected));

test('knows nothing where entries were not read', () => {
	const set: DeploymentSet = {...sampleMachine([sampleEntry(0)], 0), entries: undefined};
	assert.is(bootReason(set), undefined);
});

test('tells an attempt that nobody granted from the last one', () => {
	assert.equal(
		[undefined, fresh, failed, beyond].map((tries) => isBeyondTries({tries})),
		[false, false, false, true],
	);
});

test('tells people at login of a fallback', () => {
	assert.is(
		loginMessage(id(0), {kind: 'fell-back', from: [because, {...unknown, attempts: 1}]}),
		`This machine fell back to deployment 3f2a9c1b4d5e.0.
3f2a9c1b4d5e.2 failed 3 boots: health check 10-web failed.
3f2a9c1b4d5e.1 failed 1 boot: the cause was not recorded (a panic, a hang, a power cut).
See slipway status.
`,
	);
	assert.is(
		loginMessage(id(2), {kind: 'last-resort', from: [because]}),
		`Deployment 3f2a9c1b4d5e.2 runs although it failed: no other can be booted.
3f2a9c1b4d5e.2 failed 3 boots: health check 10-web failed.
See slipway status.
`,
	);
	for (const reason of [
		undefined,
		{kind: 'newest'},
		{kind: 'rolled-back'},
		{kind: 'picked', instead: id(1)},
	] as const)
		assert.is(loginMessage(id(0), reason), undefined);
});

test.run();
