import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {FreeSpace, mergeRuns, NoSpace, splitRuns} from '../../../installer/sink/ext4-space.ts';
import {thrown} from './thrown.ts';

const test = suite('free blocks');
const run = (start: number, count: number) => ({start, count});

test('are given out in order, in several runs only where one ends', () => {
	const space = new FreeSpace([run(5, 3), run(20, 4), run(30, 1)]);
	assert.equal(
		[2, 0, 3, 2, 1].map((count) => space.take(count)),
		[[run(5, 2)], [], [run(7, 1), run(20, 2)], [run(22, 2)], [run(30, 1)]],
	);
	assert.is(thrown(NoSpace, () => space.take(1)).code, 'ENOSPC');
});

test('run out in the middle of what is asked for', () => {
	thrown(NoSpace, () => new FreeSpace([run(5, 3), run(20, 4)]).take(8));
	assert.equal(new FreeSpace([run(5, 3), run(20, 4)]).take(7), [run(5, 3), run(20, 4)]);
});

for (const [count, before, after] of [
	[0, [], [run(5, 3), run(20, 4)]],
	[2, [run(5, 2)], [run(7, 1), run(20, 4)]],
	[3, [run(5, 3)], [run(20, 4)]],
	[4, [run(5, 3), run(20, 1)], [run(21, 3)]],
	[7, [run(5, 3), run(20, 4)], []],
] as const)
	test(`are split behind ${count}`, () => {
		assert.equal(splitRuns([run(5, 3), run(20, 4)], count), [[...before], [...after]]);
	});

test('that lie side by side are one run', () => {
	assert.equal(mergeRuns([run(1, 2), run(3, 1), run(5, 1), run(6, 4)]), [run(1, 3), run(5, 5)]);
});

test.run();
