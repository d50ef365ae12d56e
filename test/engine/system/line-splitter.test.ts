import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {LineSplitter} from '../../../engine/system/line-splitter.ts';

const test = suite('lines of what comes in pieces');

function linesOf(pieces: readonly (string | Uint8Array)[], longest?: number): string[] {
	const lines: string[] = [];
	const splitter = new LineSplitter((line) => lines.push(line), longest);
	for (const piece of pieces) splitter.add(Buffer.from(piece));
	splitter.end();
	return lines;
}

const euro = Buffer.from('€');

const cases: readonly [name: string, pieces: readonly (string | Uint8Array)[], lines: string[]][] =
	[
		['nothing', [], []],
		['one without an end', ['a'], ['a']],
		['several in one piece', ['a\nb\n\nc'], ['a', 'b', '', 'c']],
		['one in several pieces', ['a', 'b\r', '\nc\n'], ['ab', 'c']],
		['a character in two pieces', [euro.subarray(0, 1), euro.subarray(1)], ['€']],
		['half a character', [euro.subarray(0, 2)], ['�']],
	];

for (const [name, pieces, lines] of cases)
	test(name, () => {
		assert.equal(linesOf(pieces), lines);
	});

test('are cut where they are longer than anybody reads', () => {
	assert.equal(linesOf(['abc', 'def', '\nx\n'], 4), ['abcd', 'x']);
});

test.run();
