import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {freeId, freeRun} from '../../../../installer/bootstrap/accounts/id-allocation.ts';

const test = suite('numbers of accounts');
const range = {first: 10, last: 13};

for (const [taken, expected] of [
	[[], 10],
	[[0, 9, 99], 10],
	[[11], 12],
	[[13], 10],
	[[13, 10], 11],
	[[10, 11, 12, 13], undefined],
] as const)
	test(`are ${expected} beside ${taken.join(', ') || 'none'}`, () => {
		assert.is(freeId(range, new Set(taken)), expected);
	});

test('come in runs that touch no other', () => {
	const runs = {first: 100, last: 199, count: 50};
	assert.is(freeRun(runs, []), 100);
	assert.is(freeRun(runs, [[120, 5]]), 125);
	assert.is(freeRun(runs, [[150, 50]]), 100);
	assert.is(freeRun(runs, [[100, 51]]), undefined);
});

test.run();
