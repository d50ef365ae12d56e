import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {isWordFault, splitWords} from '../../../installer/kickstart/words.ts';

const test = suite('words of a kickstart');

/** Checked against Python's shlex. */
const lines: readonly [line: string, words: readonly string[]][] = [
	['', []],
	['   \t ', []],
	['# a comment', []],
	['lang en_US', ['lang', 'en_US']],
	['  lang\ten_US  # why', ['lang', 'en_US']],
	['rootpw foo#bar', ['rootpw', 'foo']],
	['rootpw "foo#bar"', ['rootpw', 'foo#bar']],
	["user --gecos='Anna Example'", ['user', '--gecos=Anna Example']],
	['a "b c"d\'e f\'g', ['a', 'b cde fg']],
	['a ""', ['a', '']],
	['a \\#b \\\\ \\"', ['a', '#b', '\\', '"']],
	['"a\\b" "a\\"b" "a\\\\b"', ['a\\b', 'a"b', 'a\\b']],
	["'a\\x20b' a\\x20b", ['a\\x20b', 'ax20b']],
	['změň mě\r', ['změň', 'mě']],
];

test('are those of shlex', () => {
	for (const [line, words] of lines) {
		const split = splitWords(line);
		assert.not(isWordFault(split), line);
		if (!isWordFault(split))
			assert.equal(
				split.words.map(({text}) => text),
				words,
				line,
			);
	}
});

test('have their columns, in characters', () => {
	assert.equal(splitWords("  část '/'  x#y"), {
		words: [
			{text: 'část', column: 3},
			{text: '/', column: 8},
			{text: 'x', column: 13},
		],
		cutAt: 14,
	});
	assert.equal(splitWords('x #y'), {words: [{text: 'x', column: 1}], cutAt: undefined});
});

test('end where the line does', () => {
	for (const [line, column] of [
		['part / \\', 8],
		['rootpw "a b', 8],
		["rootpw a'b", 9],
		['rootpw "a\\"', 8],
	] as const) {
		const split = splitWords(line);
		assert.ok(isWordFault(split), line);
		if (isWordFault(split)) assert.is(split.column, column, line);
	}
});

test.run();
