import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {mutate, seededRandom} from './seeded.ts';

const test = suite('seeded randomness');

test('gives the same sequence for the same seed', () => {
	const random = seededRandom(1);
	assert.equal(
		[random.below(1000), random.below(1000), random.between(5, 5), random.bytes(4).toString('hex')],
		[627, 2, 5, 'fbf7479c'],
	);
});

test('covers its whole range evenly enough', () => {
	const random = seededRandom(7);
	const counts = new Array<number>(10).fill(0);
	for (let draw = 0; draw < 10_000; draw++)
		counts[random.below(10)] = (counts[random.below(10)] ?? 0) + 1;
	assert.ok(Math.min(...counts) > 800, counts.join(' '));
});

test('damages a copy and leaves the original alone', () => {
	const original = Buffer.from('{"schemaVersion": 2, "layers": []}');
	const kept = Buffer.from(original);
	let changed = 0;
	for (let seed = 0; seed < 200; seed++) {
		if (!mutate(original, seededRandom(seed)).equals(original)) changed++;
		assert.equal(original, kept);
	}
	assert.ok(changed > 190, `${changed} of 200`);
});

test('makes something of an empty input', () => {
	assert.ok(mutate(Buffer.alloc(0), seededRandom(3)).length > 0);
});

test.run();
