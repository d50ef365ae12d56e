import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	announcedRollout,
	delayEnd,
	type RolloutLabels,
	rolloutTurn,
} from '../../../engine/update/rollout.ts';

const test = suite('rollout');
const hour = 3_600_000;

const labels: readonly (readonly [string, Record<string, string>, RolloutLabels])[] = [
	['nothing', {'org.opencontainers.image.version': '13.1'}, {rollout: {}, problems: []}],
	[
		'a start and a duration',
		{'slipway.rollout-start': '2026-03-01T12:00:00Z', 'slipway.rollout-duration': '48h'},
		{rollout: {start: '2026-03-01T12:00:00Z', durationMs: 48 * hour}, problems: []},
	],
	[
		'a start',
		{'slipway.rollout-start': '2026-03-01T12:00:00.5+02:00'},
		{
			rollout: {start: '2026-03-01T12:00:00.5+02:00'},
			problems: [],
		},
	],
	['no duration', {'slipway.rollout-duration': '0'}, {rollout: {durationMs: 0}, problems: []}],
	[
		'what is not understood',
		{'slipway.rollout-start': 'soon\n', 'slipway.rollout-duration': '2 years'},
		{
			rollout: {},
			problems: [
				`the image's label slipway.rollout-start is "soon\\n", expected a time such as 2026-03-01T12:00:00Z`,
				`the image's label slipway.rollout-duration is "2 years", expected a duration such as "4h", "90min" or "1d 12h"`,
			],
		},
	],
	[
		'a time that not everybody reads',
		{'slipway.rollout-start': '2026-03-01T12:00:00+02'},
		{
			rollout: {},
			problems: [
				`the image's label slipway.rollout-start is "2026-03-01T12:00:00+02", expected a time such as 2026-03-01T12:00:00Z`,
			],
		},
	],
];
for (const [name, given, expected] of labels)
	test(`is announced by labels with ${name}`, () => {
		assert.equal(announcedRollout(given), expected);
	});

const firstSeen = new Date('2026-03-02T00:00:00Z');
const start = '2026-03-01T12:00:00Z';
const turns: readonly (readonly [string, Parameters<typeof rolloutTurn>[0], string])[] = [
	[
		'at once where nothing spreads it',
		{firstSeen, announced: {}, durationMs: 0, place: 0.9},
		'2026-03-02T00:00:00.000Z',
	],
	[
		'at its place in what the image announces',
		{firstSeen, announced: {start, durationMs: 48 * hour}, durationMs: 0, place: 0.25},
		'2026-03-02T00:00:00.000Z',
	],
	[
		'at its place in its own settings',
		{firstSeen, announced: {}, durationMs: 24 * hour, place: 0.5},
		'2026-03-02T12:00:00.000Z',
	],
	[
		"with the image's start and its own duration",
		{firstSeen, announced: {start}, durationMs: 24 * hour, place: 0.5},
		'2026-03-02T00:00:00.000Z',
	],
	[
		"with the image's duration, from when it was seen",
		{firstSeen, announced: {durationMs: 10 * hour}, durationMs: 24 * hour, place: 1},
		'2026-03-02T10:00:00.000Z',
	],
	[
		'without heed of what is announced',
		{firstSeen, announced: undefined, durationMs: 0, place: 0.5},
		'2026-03-02T00:00:00.000Z',
	],
];
for (const [name, turn, time] of turns)
	test(`reaches a machine ${name}`, () => {
		assert.is(rolloutTurn(turn).toISOString(), time);
	});

test('waits for whole days', () => {
	assert.is(delayEnd(firstSeen, 3).toISOString(), '2026-03-05T00:00:00.000Z');
});

test.run();
