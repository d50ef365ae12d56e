import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {Wait} from '../../../engine/update/decision.ts';
import type {UpdateStatus} from '../../../engine/update/update-status.ts';
import {formatEvent, formatPass} from '../../../ui/cli/auto-update.ts';
import {updateRows} from '../../../ui/cli/update-status.ts';

const test = suite('text of the updater');

const wait: Wait = {
	act: 'wait',
	reason: 'up-to-date',
	text: '13.2 is the newest',
	again: new Date('2026-03-02T05:32:05.123Z'),
};

test('has a line for each act, and one for what it waits for', () => {
	assert.is(
		formatEvent({act: 'stage', outcome: 'done', text: '13.2 is staged'}),
		'stage: 13.2 is staged',
	);
	assert.is(
		formatEvent({act: 'apply', outcome: 'postponed', text: 'not now'}),
		'apply put off: not now',
	);
	const pass = (decision: Wait) =>
		formatPass({kind: 'waiting', decision, problems: ['x is not JSON']}, [], false);
	assert.equal(pass(wait), [
		'x is not JSON',
		'waiting: 13.2 is the newest; looks again 2026-03-02T05:32:05Z',
	]);
	assert.is(pass({...wait, again: undefined}).at(-1), 'waiting: 13.2 is the newest');
	assert.equal(formatPass({kind: 'rebooting', deployment: '3f2a9c1b4d5e.1'}, [], false), []);
});

test('is JSON for programs, with the same fields however it ends', () => {
	const events = [{act: 'check', outcome: 'done', text: 'nothing new'}] as const;
	const json = (outcome: Parameters<typeof formatPass>[0]) =>
		JSON.parse(formatPass(outcome, events, true).join('\n'));
	assert.equal(json({kind: 'waiting', decision: wait, problems: []}), {
		version: 1,
		events,
		kind: 'waiting',
		deployment: null,
		decision: {
			act: 'wait',
			reason: 'up-to-date',
			text: '13.2 is the newest',
			again: '2026-03-02T05:32:05.123Z',
		},
		problems: [],
	});
	assert.equal(json({kind: 'rebooting', deployment: '3f2a9c1b4d5e.1'}), {
		version: 1,
		events,
		kind: 'rebooting',
		deployment: '3f2a9c1b4d5e.1',
		decision: null,
		problems: [],
	});
});

const nothing: UpdateStatus = {
	checked: null,
	lastError: null,
	cachedUpdate: null,
	decision: null,
	problems: [],
	quarantined: [],
};
const time = '2026-03-02T03:00:00.000Z';
const digest = `sha256:${'c3'.repeat(32)}`;
const cachedUpdate = {
	version: '13.2',
	timestamp: null,
	digest,
	imageDigest: digest,
	firstSeen: time,
	isDeployed: false,
};

test('tells in the status what was found, why it waits, and what is left alone', () => {
	assert.equal(updateRows(nothing), []);
	const image = {image: null, imageDigest: null, imageVerity: 'b0b0', deployment: 'ID', time};
	assert.equal(
		updateRows({
			checked: time,
			lastError: {code: 'no-answer', message: 'registry.example.com does not answer'},
			cachedUpdate,
			decision: {act: 'wait', reason: 'rollout', text: 'not its turn', time, again: time},
			problems: ['x is not JSON'],
			quarantined: [
				{...image, version: '13.1', reason: 'boot-failed'},
				{...image, version: null, reason: 'rolled-back'},
			],
		}),
		[
			['Update', `13.2 (${digest})`],
			['Known since', time],
			['Last check', `${time}, failed: registry.example.com does not answer`],
			['Updater', 'waits: not its turn'],
			['Looks again', time],
			['Problem', 'x is not JSON'],
			['Left alone', `13.1, for it failed as deployment ID (${time})`],
			['Left alone', `b0b0, for somebody went back from deployment ID (${time})`],
		],
	);
});

test('does not name an update that is no news', () => {
	const rows = updateRows({
		...nothing,
		checked: time,
		cachedUpdate: {...cachedUpdate, isDeployed: true},
	});
	assert.equal(rows, [['Last check', time]]);
});

test('says in the status what the updater is at', () => {
	const decision = {
		act: 'stage',
		reason: 'update-available',
		text: '13.2 is available',
		time,
	} as const;
	assert.equal(updateRows({...nothing, decision: {...decision, again: null}}), [
		['Updater', 'is about to stage: 13.2 is available'],
	]);
});

test.run();
