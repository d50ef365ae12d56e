import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {GiB, MiB} from '../../../installer/disk/size.ts';
import {swapPartitionSize} from '../../../installer/disk/swap-size.ts';

const test = suite('size of swap');

for (const [swap, memory, size] of [
	[undefined, 8, undefined],
	['none', 8, undefined],
	['zram', 8, undefined],
	['recommended', 1, 2],
	['recommended', 8, 8],
	['recommended', 32, 16],
	['recommended', 256, 4],
	['hibernation', 8, 16],
	['hibernation', 256, 260],
] as const)
	test(`${swap} is ${size} GiB on a machine with ${memory} GiB`, () => {
		const expected = size === undefined ? undefined : size * GiB;
		assert.is(swapPartitionSize(swap, memory * GiB, 1000 * GiB), expected);
	});

test('is what was said, and otherwise takes a tenth of a small disk at most', () => {
	assert.is(swapPartitionSize({size: 5 * MiB}, GiB, 10 * GiB), 5 * MiB);
	assert.is(swapPartitionSize('recommended', 8 * GiB, 20 * GiB), 2 * GiB);
	assert.is(swapPartitionSize('hibernation', 8 * GiB, 20 * GiB), 16 * GiB);
});

test.run();
