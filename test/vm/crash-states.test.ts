import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {seededRandom} from '../seeded.ts';
import {type Choice, chooseCrashStates, type Piece, wholePieces} from './crash-states.ts';
import type {LogEntry} from './write-log.ts';

const test = suite('crash states');

const flushEvery = 5;
/** Writes of eight sectors, one after the other, and a flush after every fourth. */
const entries = Array.from({length: 100}, (_, n): LogEntry => {
	if (n % flushEvery === flushEvery - 1) return {kind: 'flush'};
	return {kind: 'write', offset: n * 4096, length: 4096, at: 512 + n * 4608};
});
const ranges = [
	{start: 0, end: 50},
	{start: 50, end: 100},
];
/** The one write of entry 62. */
const rare = {start: 62 * 4096, end: 63 * 4096};
const choice: Choice = {count: 120, ranges, rare};
const states = chooseCrashStates(entries, choice, seededRandom(1));

test('are the same for the same seed, and others for another', () => {
	assert.equal(chooseCrashStates(entries, choice, seededRandom(1)), states);
	assert.not.equal(chooseCrashStates(entries, choice, seededRandom(2)), states);
});

test('come in the order of the log, half of them with everything, as many from each range', () => {
	const flushed = states.map((state) => state.flushed);
	assert.equal(
		flushed,
		[...flushed].sort((a, b) => a - b),
	);
	const amounts = Object.groupBy(states, ({kind, position}) => `${kind} ${position > 50}`);
	assert.equal(
		Object.entries(amounts)
			.map(([group, {length} = []]) => [group, length])
			.sort(),
		[
			['partial false', 30],
			['partial true', 30],
			['whole false', 30],
			['whole true', 30],
		],
	);
});

test('have what the last flush covered, and all or some of what came after', () => {
	for (const {kind, position, flushed, pieces} of states) {
		assert.is(flushed % flushEvery, 0);
		assert.ok(position > flushed && position - flushed < flushEvery);
		const open = entries.slice(flushed, position).flatMap(wholePieces);
		if (kind === 'whole') assert.equal(pieces, open);
		else for (const piece of pieces) assert.ok(open.some((whole) => isPart(piece, whole)));
	}
});

function isPart(piece: Piece, whole: Piece): boolean {
	const skipped = piece.offset - whole.offset;
	return (
		piece.length > 0 &&
		skipped >= 0 &&
		skipped + piece.length <= whole.length &&
		(skipped | piece.length) % 512 === 0 &&
		piece.from === (whole.from ?? 0) + skipped
	);
}

test('lose whole writes, parts of writes, or everything', () => {
	const partial = states.filter(({kind}) => kind === 'partial');
	const pieces = partial.flatMap((state) => state.pieces);
	assert.ok(partial.some((state) => state.pieces.length === 0));
	assert.ok(pieces.some(({length}) => length === 4096));
	assert.ok(pieces.some(({length}) => length < 4096));
});

test('come right after a write to the rare place, where a range has one', () => {
	const after = states.filter(({position}) => position > 62 && position <= 64);
	assert.ok(after.length >= 15, `${after.length}`);
});

test('have zeros where something was discarded', () => {
	assert.equal(wholePieces({kind: 'discard', offset: 512, length: 1024}), [
		{offset: 512, length: 1024, from: undefined},
	]);
});

test.run();
