import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {ProgressEvent} from '../../../engine/progress.ts';
import {
	type Display,
	jsonDisplay,
	logDisplay,
	quietDisplay,
	terminalDisplay,
	type Write,
} from '../../../ui/cli/progress/displays.ts';
import {formatLiveLine} from '../../../ui/cli/progress/lines.ts';
import {advanceStep, beginStep, secondsLeft} from '../../../ui/cli/progress/running-step.ts';

const test = suite('progress');

const mib = 2 ** 20;
const begin = {type: 'step', step: 'objects', title: 'Write objects', total: 400 * mib} as const;

/** Shows events at times in milliseconds and gives all that was written. */
function written(
	display: (write: Write) => Display,
	events: readonly (readonly [now: number, event: ProgressEvent | 'tick'])[],
): string {
	let text = '';
	const shown = display((more) => {
		text += more;
	});
	for (const [now, event] of events) {
		if (event === 'tick') shown.tick(now);
		else shown.show(event, now);
	}
	shown.close();
	return text;
}

const advance = (done: number): ProgressEvent => ({type: 'advance', step: 'objects', done});
const done: ProgressEvent = {type: 'done', step: 'objects'};
const warning: ProgressEvent = {
	type: 'warning',
	code: 'local-reference',
	message: 'no other machine can pull localhost/myos',
	hint: 'Give --target-image.',
};

test('draws a live line and leaves one for a finished step', () => {
	assert.is(
		written(
			(write) => terminalDisplay(write, () => 80),
			[
				[0, begin],
				[1000, advance(100 * mib)],
				[1050, advance(101 * mib)],
				[2000, advance(200 * mib)],
				[3000, warning],
				[4000, done],
			],
		),
		[
			'\r\x1b[KWrite objects  [--------------------]    0 %  0 B of 400 MiB',
			'\r\x1b[KWrite objects  [#####---------------]   25 %  100 MiB of 400 MiB  100 MiB/s',
			'\r\x1b[KWrite objects  [##########----------]   50 %  200 MiB of 400 MiB  100 MiB/s',
			'\r\x1b[Kwarning: no other machine can pull localhost/myos\n  hint: Give --target-image.\n',
			'\r\x1b[KWrite objects  [##########----------]   50 %  200 MiB of 400 MiB  100 MiB/s',
			'\r\x1b[KWrite objects: 400 MiB in 4.0 s, 100 MiB/s\n',
		].join(''),
	);
});

const output: ProgressEvent = {type: 'output', step: 'objects', line: 'said'};

test('shows what programs print above the live line, in a log, and not where it is to be quiet', () => {
	const events = [
		[0, begin],
		[0, output],
	] as const;
	assert.is(
		written((write) => terminalDisplay(write, () => 20), events),
		'\r\x1b[KWrite objects\r\x1b[K  said\n\r\x1b[KWrite objects\r\x1b[K',
	);
	assert.is(written(logDisplay, events), 'Write objects (400 MiB) …\n  said\n');
	assert.is(written(quietDisplay, events), '');
	assert.is(
		written(jsonDisplay, events),
		`${JSON.stringify(begin)}\n{"type":"output","step":"objects","line":"said"}\n`,
	);
});

test('cleans the live line away when it is closed in the middle of a step', () => {
	assert.is(
		written((write) => terminalDisplay(write, () => 30), [[0, {...begin, total: 0}]]),
		'\r\x1b[KWrite objects  [####################]\r\x1b[K'.replace('  [####################]', ''),
	);
});

test('leaves out from the right what a narrow terminal has no room for', () => {
	const step = advanceStep(beginStep(begin, 0), 200 * mib, 1000);
	assert.is(formatLiveLine(step, 1000, 50), 'Write objects  [##########----------]   50 %');
	assert.is(formatLiveLine(step, 1000, 20), 'Write objects');
	assert.is(formatLiveLine(step, 1000, 5), 'Write');
});

test('estimates the end only after five seconds and three percent', () => {
	const early = advanceStep(beginStep(begin, 0), 100 * mib, 4900);
	assert.is(secondsLeft(early, 4900), undefined);
	const small = advanceStep(beginStep(begin, 0), 10 * mib, 6000);
	assert.is(secondsLeft(small, 6000), undefined);
	const step = advanceStep(beginStep(begin, 0), 200 * mib, 8000);
	assert.is(secondsLeft(step, 8000), 8);
	assert.is(
		formatLiveLine(step, 8000, 100),
		'Write objects  [##########----------]   50 %  200 MiB of 400 MiB  25 MiB/s  8.0 s left',
	);
});

test('says that nothing comes instead of a stale rate', () => {
	const step = advanceStep(beginStep(begin, 0), 200 * mib, 8000);
	assert.is(
		formatLiveLine(step, 20_000, 100),
		'Write objects  [##########----------]   50 %  200 MiB of 400 MiB  nothing for 12 s',
	);
});

test('follows a change of throughput smoothly and never goes backwards', () => {
	let step = advanceStep(beginStep(begin, 0), 100 * mib, 100_000);
	step = advanceStep(step, 120 * mib, 101_000);
	assert.is(((step.rate ?? 0) / mib).toFixed(2), '3.23');
	assert.is(advanceStep(step, 50 * mib, 102_000), step);
});

test('logs changes of step, every 5 % and every 30 s', () => {
	assert.is(
		written(logDisplay, [
			[0, begin],
			[500, advance(40 * mib)],
			[2000, advance(80 * mib)],
			[2500, advance(120 * mib)],
			[4000, advance(121 * mib)],
			[20_000, 'tick'],
			[34_000, 'tick'],
			[40_000, warning],
			[50_000, done],
			[50_000, {type: 'step', step: 'sync', title: 'Write back'}],
			[80_000, 'tick'],
			[90_000, {type: 'done', step: 'sync'}],
		]),
		`Write objects (400 MiB) …
Write objects: 20 %, 80 MiB of 400 MiB, 40 MiB/s
Write objects: 30 %, 121 MiB of 400 MiB, 30 MiB/s
Write objects: 30 %, 121 MiB of 400 MiB, nothing for 30 s
warning: no other machine can pull localhost/myos
  hint: Give --target-image.
Write objects: 400 MiB in 50 s, 8.0 MiB/s
Write back …
Write back: 30 s so far
Write back: done in 40 s
`,
	);
});

test('writes the events as JSON lines, advances at most ten times a second', () => {
	assert.is(
		written(jsonDisplay, [
			[0, begin],
			[10, advance(1)],
			[20, advance(2)],
			[120, advance(3)],
			[130, advance(4)],
			[150, done],
			[160, warning],
		]),
		`${[begin, advance(1), advance(3), advance(4), done, warning].map((event) => JSON.stringify(event)).join('\n')}\n`,
	);
});

test('writes a held advance at the next tick', () => {
	assert.is(
		written(jsonDisplay, [
			[0, advance(1)],
			[10, advance(2)],
			[1000, 'tick'],
			[2000, 'tick'],
		]),
		'{"type":"advance","step":"objects","done":1}\n{"type":"advance","step":"objects","done":2}\n',
	);
});

test('tells warnings alone when it is to be quiet', () => {
	assert.is(
		written(quietDisplay, [
			[0, begin],
			[1, warning],
			[2, done],
		]),
		'warning: no other machine can pull localhost/myos\n  hint: Give --target-image.\n',
	);
});

test('counts files where a step does', () => {
	const step = beginStep({type: 'step', step: 'scan', title: 'Read files', unit: 'files'}, 0);
	assert.is(
		formatLiveLine(advanceStep(step, 12_677, 1000), 1000, 80),
		'Read files  12,677 files  12,677 files/s',
	);
});

test.run();
