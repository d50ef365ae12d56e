import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {decodeKeys, type Key, type KeyName} from '../../../../ui/tui/terminal/keys.ts';

const test = suite('keys');

const named = (name: KeyName): Key => ({kind: 'named', name});
const typed = (text: string): Key[] => [...text].map((text) => ({kind: 'text', text}));
const decode = (received: string, isLate = false, followsReturn = false) =>
	decodeKeys(received, {isLate, followsReturn});

test('takes Enter from CR, LF and both', () => {
	for (const [received, count] of [
		['\r', 1],
		['\n', 1],
		['\r\n', 1],
		['\r\r', 2],
		['\n\n', 2],
		['\r\n\r\n', 2],
	] as const)
		assert.equal(
			decode(received).keys,
			Array(count).fill(named('enter')),
			JSON.stringify(received),
		);
	const first = decode('\r');
	assert.is(first.endsInReturn, true);
	assert.equal(decode('\n', false, first.endsInReturn).keys, []);
	assert.equal(decode('abc\r').keys, [...typed('abc'), named('enter')]);
});

test('knows the keys of xterm, of the Linux console and of the VT family', () => {
	const cases: Readonly<Record<string, KeyName>> = {
		'\x1b[A': 'up',
		'\x1bOA': 'up',
		'\x1b[1;5B': 'down',
		'\x1b[C': 'right',
		'\x1bOD': 'left',
		'\x1b[H': 'home',
		'\x1b[1~': 'home',
		'\x1b[7~': 'home',
		'\x1b[4~': 'end',
		'\x1b[F': 'end',
		'\x1b[2~': 'insert',
		'\x1b[3~': 'delete',
		'\x1b[5~': 'page-up',
		'\x1b[6~': 'page-down',
		'\x1b[Z': 'back-tab',
		'\x1bOM': 'enter',
		'\x1bOP': 'f1',
		'\x1b[[A': 'f1',
		'\x1b[11~': 'f1',
		'\x1b[[C': 'f3',
		'\x1b[13~': 'f3',
		'\x1bOS': 'f4',
		'\x1b[24~': 'f12',
		'\x7f': 'backspace',
		'\b': 'backspace',
		'\t': 'tab',
	};
	for (const [received, name] of Object.entries(cases))
		assert.equal(decode(received).keys, [named(name)], JSON.stringify(received));
	assert.equal(decode('\x12\x03').keys, [
		{kind: 'control', letter: 'r'},
		{kind: 'control', letter: 'c'},
	]);
});

test('waits for the end of a sequence, and takes a lone Esc when none comes', () => {
	for (const beginning of ['\x1b', '\x1b[', '\x1b[1;', '\x1bO', '\x1b[['])
		assert.equal(decode(beginning), {keys: [], rest: beginning, endsInReturn: false});
	assert.equal(decode('\x1b', true).keys, [named('escape')]);
	assert.equal(decode('\x1b[', true), {keys: [], rest: '', endsInReturn: false});
	assert.equal(decode('a\x1b[').rest, '\x1b[');
	assert.equal(decode('\x1b\x1b[A').keys, [named('escape'), named('up')]);
	assert.equal(decode('\x1bj').keys, [named('escape'), ...typed('j')]);
});

test('takes what is pasted as one, with its lines', () => {
	const paste = '\x1b[200~one\r\ntwo\x1b[201~';
	assert.equal(decode(`${paste}\r`).keys, [{kind: 'paste', text: 'one\r\ntwo'}, named('enter')]);
	assert.equal(decode('\x1b[200~one'), {keys: [], rest: '\x1b[200~one', endsInReturn: false});
	assert.equal(decode('\x1b[200~one', true).keys, [{kind: 'paste', text: 'one'}]);
});

test('takes the answer to the question for the size, and no other report', () => {
	assert.equal(decode('\x1b[24;80R').keys, [{kind: 'cursor-position', row: 24, column: 80}]);
	assert.equal(decode('\x1b[1;2R').keys, [named('f3')]);
	assert.equal(decode('\x1b[?62;1c\x1b[<0;3;4M').keys, [named('enter')].slice(1));
});

test('takes letters of any script, and nothing of what is none', () => {
	assert.equal(decode('aé漢💩').keys, typed('aé漢💩'));
	assert.equal(decode('\0\x1c\x9b').keys, []);
});

test.run();
