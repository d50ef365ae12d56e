import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	type Intake,
	intakeVerdict,
	StallWatch,
} from '../../../../engine/oci/registry/stall-watch.ts';
import {FakeClock} from './fake-ports.ts';

const test = suite('stalled connections');
const cases: readonly (readonly [Intake, now: number, ReturnType<typeof intakeVerdict>])[] = [
	[{lastMs: 0, windowStartMs: 0, windowBytes: 0}, 59_999, 'fine'],
	[{lastMs: 0, windowStartMs: 0, windowBytes: 1e9}, 60_000, 'stalled'],
	[{lastMs: 59_000, windowStartMs: 0, windowBytes: 32_767}, 59_999, 'fine'],
	[{lastMs: 59_000, windowStartMs: 0, windowBytes: 32_767}, 60_000, 'stalled'],
	[{lastMs: 59_000, windowStartMs: 0, windowBytes: 32_768}, 60_000, 'next-window'],
];
for (const [intake, now, verdict] of cases)
	test(`are told: ${verdict} after ${now} ms with ${JSON.stringify(intake)}`, () => {
		assert.is(intakeVerdict(intake, now), verdict);
	});

/** Seconds until the watch gives up when `bytesIn` says what comes in each second. */
function secondsUntilStall(bytesIn: (second: number) => number, most = 1000): number | undefined {
	const clock = new FakeClock();
	let isStalled = false;
	const watch = new StallWatch(clock, () => {
		isStalled = true;
	});
	watch.start();
	for (let second = 1; second <= most; second++) {
		clock.advance(1000);
		if (isStalled) {
			assert.is(clock.pending, 0);
			return second;
		}
		const bytes = bytesIn(second);
		if (bytes > 0) watch.received(bytes);
	}
	watch.stop();
	assert.is(clock.pending, 0);
	return undefined;
}

test('are those that bring nothing', () => {
	assert.is(
		secondsUntilStall(() => 0),
		60,
	);
	assert.is(
		secondsUntilStall((second) => (second <= 100 ? 10_000 : 0)),
		160,
	);
});

test('are those that bring a byte now and then', () => {
	assert.is(
		secondsUntilStall(() => 1),
		60,
	);
	assert.is(
		secondsUntilStall((second) => (second <= 100 ? 10_000 : 1)),
		180,
	);
});

test('are not those that are only slow', () => {
	assert.is(
		secondsUntilStall(() => 600),
		undefined,
	);
});

test('are not those that nobody reads from', () => {
	const clock = new FakeClock();
	const watch = new StallWatch(clock, () => assert.unreachable('stalled'));
	watch.start();
	clock.advance(50_000);
	watch.stop();
	clock.advance(500_000);
	watch.start();
	clock.advance(59_000);
	watch.stop();
});

test.run();
