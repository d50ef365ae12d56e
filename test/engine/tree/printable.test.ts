import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {printable} from '../../../engine/tree/printable.ts';

const test = suite('printable name');
const latin1 = (text: string) => Buffer.from(text).toString('latin1');

test('shows text as text, and escapes what could fool a reader', () => {
	assert.equal(
		[
			'usr/bin/hi',
			latin1('über/日本'),
			'a"b\\c',
			'a\nb\x1b[0m\x7f',
			'\xff\xfe',
			latin1('a\u202eb\u200bc'),
		].map(printable),
		[
			'"usr/bin/hi"',
			'"über/日本"',
			'"a\\"b\\\\c"',
			'"a\\u{a}b\\u{1b}[0m\\u{7f}"',
			'"??"',
			'"a\\u{202e}b\\u{200b}c"',
		],
	);
});

test('cuts long names at the front', () => {
	assert.is(printable(`${'d'.repeat(300)}/end`), `"…${'d'.repeat(196)}/end"`);
});

test.run();
