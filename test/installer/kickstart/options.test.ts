import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {formatMistake} from '../../../installer/config/mistake.ts';
import {type OptionTable, parseOptions} from '../../../installer/kickstart/options.ts';
import {Report} from '../../../installer/kickstart/report.ts';
import {isWordFault, splitWords} from '../../../installer/kickstart/words.ts';

const test = suite('options of kickstart');

const table = {
	size: 'number',
	grow: 'flag',
	label: 'text',
	drives: 'list',
	port: 'lists',
	trust: 'texts',
	onboot: 'switch',
	reformat: 'maybe',
	fstype: {kind: 'text', also: ['type'], oneOf: ['ext4', 'xfs']},
	fsoptions: 'text',
} as const satisfies OptionTable;

function parse(line: string): {values: Record<string, unknown>; words: string[]; said: string[]} {
	const split = splitWords(line);
	if (isWordFault(split)) throw new Error(line);
	const report = new Report(false);
	const at = {file: 'a.ks', line: 1, column: 1, includedFrom: undefined};
	const count = {least: 0, most: 1, what: 'one word'};
	const {options, words} = parseOptions(table, count, split.words, at, report);
	return {
		values: Object.fromEntries(Object.entries(options).map(([name, given]) => [name, given.value])),
		words: words.map(({value}) => value),
		said: report.mistakes.map(formatMistake),
	};
}

test('are taken in all their forms', () => {
	const good: readonly [line: string, values: Record<string, unknown>, words: string[]][] = [
		['part /', {}, ['/']],
		['part --size=1 / --grow', {size: 1, grow: true}, ['/']],
		['part --size 1 --label "a b"', {size: 1, label: 'a b'}, []],
		['part --siz=1 --gr', {size: 1, grow: true}, []],
		['part --size=1 --size=2', {size: 2}, []],
		['part --drives=a,,b --drives "c, d"', {drives: ['c', 'd']}, []],
		['part --port=a,b --port=c', {port: ['a', 'b', 'c']}, []],
		['part --trust=a,b --trust=c', {trust: ['a,b', 'c']}, []],
		['part --onboot=YES', {onboot: true}, []],
		['part --onboot off', {onboot: false}, []],
		['part --reformat', {reformat: ''}, []],
		['part --reformat=xfs /', {reformat: 'xfs'}, ['/']],
		['part --type=xfs', {fstype: 'xfs'}, []],
		['part --label=', {label: ''}, []],
		['part --label=--grow', {label: '--grow'}, []],
		['part -1', {}, ['-1']],
		['part -', {}, ['-']],
		['part "-a b"', {}, ['-a b']],
		['part --label=a=b', {label: 'a=b'}, []],
	];
	for (const [line, values, words] of good)
		assert.equal(parse(line), {values, words, said: []}, line);
});

test('say what is wrong with them, each by itself', () => {
	const all =
		'--drives, --fsoptions, --fstype, --grow, --label, --onboot, --port, --reformat, --size, --trust, --type';
	const bad: readonly [line: string, said: string[]][] = [
		[
			'part --sizee=1',
			[`a.ks:1:6: unknown option --sizee of part, expected ${all}; did you mean --size?`],
		],
		['part --what 1 2', [`a.ks:1:6: unknown option --what of part, expected ${all}`]],
		['part -s', [`a.ks:1:6: unknown option that begins with a dash of part, expected ${all}`]],
		[
			'part --fs=x',
			['a.ks:1:6: --fs of part, which may be --fstype, --fsoptions, expected one of them'],
		],
		['part --size=1k', ['a.ks:1:6: part --size is "1k", expected a whole number']],
		['part --size=-1', ['a.ks:1:6: part --size is "-1", expected a whole number']],
		['part --size', ['a.ks:1:6: part --size is without a value, expected --size=…']],
		['part --size --grow', ['a.ks:1:6: part --size is without a value, expected --size=…']],
		['part --grow=1', ['a.ks:1:6: part --grow is given a value, expected none']],
		['part --onboot=2', ['a.ks:1:6: part --onboot is "2", expected yes or no']],
		[
			'part --type=ext5',
			['a.ks:1:6: part --fstype is "ext5", expected ext4, xfs; did you mean ext4?'],
		],
		['part a b', ['a.ks:1:8: part is 2 words beside options, expected one word']],
	];
	for (const [line, said] of bad) assert.equal(parse(line).said, said, line);
});

test.run();
