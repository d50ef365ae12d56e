import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {shareRoom} from '../../../installer/disk/share-room.ts';
import {seededRandom} from '../../seeded.ts';

const test = suite('sharing room');
const all = Number.POSITIVE_INFINITY;

for (const [appetites, room, sizes] of [
	[[], 10, []],
	[[{least: 3, most: 3}], 10, [3]],
	[[{least: 3, most: all}], 10, [10]],
	[
		[
			{least: 2, most: 4},
			{least: 1, most: all},
			{least: 3, most: all},
		],
		10,
		[4, 3, 3],
	],
	[
		[
			{least: 5, most: 5},
			{least: 5, most: all},
		],
		10,
		[5, 5],
	],
	[[{least: 11, most: all}], 10, undefined],
] as const)
	test(`${JSON.stringify(appetites)} share ${room} as ${JSON.stringify(sizes)}`, () => {
		assert.equal(shareRoom(appetites, room), sizes);
	});

test('gives each no less than it needs, no more than it has a use for, and never more than there is', () => {
	const random = seededRandom(31);
	for (let round = 0; round < 500; round++) {
		const appetites = Array.from({length: random.between(1, 6)}, () => {
			const least = random.below(100);
			return {least, most: random.below(4) === 0 ? all : least + random.below(50)};
		});
		const room = random.below(400);
		const sizes = shareRoom(appetites, room);
		const needed = appetites.reduce((sum, {least}) => sum + least, 0);
		assert.is(sizes === undefined, needed > room);
		if (sizes === undefined) continue;
		for (const [index, {least, most}] of appetites.entries())
			assert.ok((sizes[index] ?? -1) >= least && (sizes[index] ?? all) <= most);
		const used = sizes.reduce((sum, size) => sum + size, 0);
		const wanted = appetites.reduce((sum, {most}) => sum + most, 0);
		assert.is(used, Math.min(room, wanted));
	}
});

test.run();
