import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	type Extent,
	extentBlockCount,
	extentsOf,
	extentTree,
} from '../../../installer/sink/ext4-extents.ts';

const test = suite('extents');
const extent = (logical: number, start: number, count: number): Extent => ({logical, start, count});
/** Every second block. */
const scattered = (count: number) =>
	Array.from({length: count}, (_, index) => extent(index, 100 + index * 2, 1));

test('are at most 32768 blocks long', () => {
	assert.equal(
		extentsOf(
			[
				{start: 10, count: 70_000},
				{start: 100_000, count: 1},
			],
			16,
		),
		[
			extent(16, 10, 32_768),
			extent(32_784, 32_778, 32_768),
			extent(65_552, 65_546, 4464),
			extent(70_016, 100_000, 1),
		],
	);
});

test('are in the inode up to four', () => {
	assert.equal(
		[0, 4, 5, 340, 341].map((count) => extentBlockCount(scattered(count))),
		[0, 0, 1, 1, 2],
	);
	const {body, blocks} = extentTree([extent(0, 2 ** 33 + 7, 3), extent(16, 9, 32_768)], []);
	assert.equal(blocks, []);
	assert.is(
		body.toString('hex'),
		`0af302000400000000000000${'00000000'}${'0300'}${'0200'}${'07000000'}${'10000000'}${'0080'}${'0000'}${'09000000'}${'0'.repeat(48)}`,
	);
});

test('are in blocks of their own beyond that, which the inode points to', () => {
	const {body, blocks} = extentTree(scattered(341), [50, 2 ** 32 + 60]);
	assert.is(
		body.toString('hex'),
		`0af302000400010000000000${'00000000'}${'32000000'}${'0000'}0000${'54010000'}${'3c000000'}${'0100'}0000${'0'.repeat(48)}`,
	);
	assert.equal(
		blocks.map(({block, bytes}) => [block, bytes.length, bytes.toString('hex', 0, 24)]),
		[
			[50, 4096, '0af354015401000000000000000000000100000064000000'],
			[2 ** 32 + 60, 4096, '0af30100540100000000000054010000010000000c030000'],
		],
	);
	assert.throws(() => extentTree(scattered(1361), [1, 2, 3, 4, 5]), RangeError);
});

test.run();
