import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../../engine/errors.ts';
import {planRequests, sumOf} from '../../../../engine/oci/chunked/span-plan.ts';
import {fuzzRounds, seededRandom} from '../../../seeded.ts';

const test = suite('requests for pieces of a blob');
type Span = readonly [start: number, end: number];
const spans = (pairs: readonly Span[]) => pairs.map(([start, end]) => ({start, end}));
const plan = (pairs: readonly Span[]) =>
	planRequests(spans(pairs)).map(({start, end, pieces}) => [start, end, pieces.length]);

const [kibi, mebi] = [1 << 10, 1 << 20];
const cases: readonly (readonly [
	title: string,
	pieces: readonly Span[],
	requests: readonly (readonly number[])[],
])[] = [
	['none', [], []],
	['one', [[5, 6]], [[5, 6, 1]]],
	[
		'side by side',
		[
			[0, 10],
			[10, 20],
		],
		[[0, 20, 2]],
	],
	[
		'in any order',
		[
			[300, 310],
			[0, 10],
		],
		[[0, 310, 2]],
	],
	[
		'a request apart',
		[
			[0, 10],
			[10 + kibi, 2000],
		],
		[[0, 2000, 2]],
	],
	[
		'further apart than what they have is worth',
		[
			[0, 10],
			[11 + kibi, 2000],
		],
		[
			[0, 10, 1],
			[11 + kibi, 2000, 1],
		],
	],
	[
		'as far apart as what they have is worth',
		[
			[0, mebi],
			[mebi + 64 * kibi, 2 * mebi],
		],
		[[0, 2 * mebi, 2]],
	],
	[
		'further apart than a request costs',
		[
			[0, 10 * mebi],
			[10 * mebi + 64 * kibi + 1, 11 * mebi],
		],
		[
			[0, 10 * mebi, 1],
			[10 * mebi + 64 * kibi + 1, 11 * mebi, 1],
		],
	],
	[
		'of which the smallest gaps are bridged first',
		[
			[0, 400 * kibi],
			[440 * kibi, 450 * kibi],
			[460 * kibi, 470 * kibi],
			[480 * kibi, 490 * kibi],
		],
		[
			[0, 400 * kibi, 1],
			[440 * kibi, 490 * kibi, 3],
		],
	],
];
for (const [title, pieces, requests] of cases)
	test(`pieces: ${title}`, () => assert.equal(plan(pieces), requests));

test('refuse pieces that overlap', () => {
	assert.throws(
		() =>
			plan([
				[0, 10],
				[9, 20],
			]),
		(error: unknown) => error instanceof DamagedInput && error.offset === 9,
	);
});

test('fetch all pieces, each once, and a sixteenth more but for what a request costs', () => {
	for (let seed = 0; seed < fuzzRounds(300); seed++) {
		const random = seededRandom(seed);
		let at = random.below(1000);
		const pieces = Array.from({length: random.between(1, 60)}, () => {
			const start = at + random.below(random.pick([1, 100, 3000, 50_000, 200_000]));
			at = start + random.between(1, random.pick([50, 5000, 500_000]));
			return {start, end: at};
		});
		const requests = planRequests(pieces.toSorted(() => random.next() - 0.5));
		assert.equal(
			requests.flatMap((request) => request.pieces),
			pieces,
			`seed ${seed}`,
		);
		for (const {start, end, pieces: inside} of requests)
			assert.equal([inside.at(0)?.start, inside.at(-1)?.end], [start, end]);
		const most = sumOf(pieces) * (1 + 1 / 16) + pieces.length * kibi;
		assert.ok(sumOf(requests) <= most, `seed ${seed}`);
	}
});

test.run();
