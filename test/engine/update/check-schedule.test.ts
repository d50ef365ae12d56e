import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {afterCheck, afterFailedCheck} from '../../../engine/update/cached-update.ts';
import {nextCheck} from '../../../engine/update/check-schedule.ts';
import {foundImage, reference} from './samples.ts';

const test = suite('check schedule');
const checked = new Date('2026-03-02T08:00:00Z');
const now = new Date('2026-03-02T09:00:00Z');
const schedule = {intervalMs: 4 * 3_600_000, randomDelayMs: 3_600_000, fraction: 0.5};
const good = afterCheck(undefined, reference, foundImage('a1'), checked);

test('checks at once when it knows nothing of what it follows', () => {
	const other = {...reference, image: 'registry.example.com/myos:next'};
	assert.equal(nextCheck(undefined, reference, schedule, now), now);
	assert.equal(nextCheck(good, other, schedule, now), now);
});

test('checks after the interval and its own part of the delay', () => {
	const next = nextCheck(good, reference, schedule, now);
	assert.is(next.toISOString(), '2026-03-02T12:30:00.000Z');
});

test('checks at once when the last check is still to come', () => {
	const earlier = new Date('2026-03-02T07:59:59Z');
	assert.equal(nextCheck(good, reference, schedule, earlier), earlier);
});

test('checks sooner after a failure, and less soon after each further one', () => {
	let cached = good;
	const minutes: number[] = [];
	for (let failures = 1; failures <= 40; failures++) {
		cached = afterFailedCheck(cached, reference, {code: 'a', message: 'b'}, checked);
		minutes.push(
			(nextCheck(cached, reference, schedule, now).getTime() - checked.getTime()) / 60_000,
		);
	}
	assert.equal(minutes.slice(0, 8), [5, 10, 20, 40, 80, 160, 270, 270]);
	assert.is(minutes.at(-1), 270);
});

test.run();
