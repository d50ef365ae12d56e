import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type ConfigNode, isSyntaxFault} from '../../../installer/config/document.ts';
import {parseJsonDocument} from '../../../installer/config/json-document.ts';
import {parseTomlDocument} from '../../../installer/config/toml-document.ts';

const test = suite('documents with the place of everything');

/** `name line:column kind value`, of keys as `name@line:column`. */
function places(node: ConfigNode): string[] {
	const {line, column} = node.at;
	const value = 'value' in node ? ` ${JSON.stringify(node.value)}` : '';
	const own = `${node.name || '.'} ${line}:${column} ${node.kind}${value}`;
	if (node.kind === 'list') return [own, ...node.items.flatMap(places)];
	if (node.kind !== 'table') return [own];
	const inner = [...node.entries.values()].flatMap(({keyAt, node}) => [
		`${node.name}@${keyAt.line}:${keyAt.column}`,
		...places(node),
	]);
	return [own, ...inner];
}

test('are TOML with headers, dotted and quoted keys, inline tables and arrays of tables', () => {
	const toml = `# comment = 1
a.b = 'x' # "
  "q[#]" = [ 1, # one
    "]", [true] , {k = """a
"b""" , l = -0.5} ]
[t . 'u']
when = 1979-05-27 07:32:00
s = """a""""
[[list]]
n = 1
[[list.inner]]
m = 2
[[list]]
n = 3
`;
	assert.equal(places(parseTomlDocument(toml) as ConfigNode), [
		'. 1:1 table',
		'a@2:1',
		'a 2:1 table',
		'a.b@2:1',
		'a.b 2:7 text "x"',
		'"q[#]"@3:3',
		'"q[#]" 3:12 list',
		'"q[#]"[0] 3:14 number 1',
		'"q[#]"[1] 4:5 text "]"',
		'"q[#]"[2] 4:10 list',
		'"q[#]"[2][0] 4:11 boolean true',
		'"q[#]"[3] 4:19 table',
		'"q[#]"[3].k@4:20',
		'"q[#]"[3].k 4:24 text "a\\n\\"b"',
		'"q[#]"[3].l@5:9',
		'"q[#]"[3].l 5:13 number -0.5',
		't@6:2',
		't 6:2 table',
		't.u@6:2',
		't.u 6:2 table',
		't.u.when@7:1',
		't.u.when 7:8 other',
		't.u.s@8:1',
		't.u.s 8:5 text "a\\""',
		'list@9:3',
		'list 9:3 list',
		'list[0] 9:3 table',
		'list[0].n@10:1',
		'list[0].n 10:5 number 1',
		'list[0].inner@11:3',
		'list[0].inner 11:3 list',
		'list[0].inner[0] 11:3 table',
		'list[0].inner[0].m@12:1',
		'list[0].inner[0].m 12:5 number 2',
		'list[1] 13:3 table',
		'list[1].n@14:1',
		'list[1].n 14:5 number 3',
	]);
});

test('are JSON', () => {
	const json = `{"a": {"b": "x\\u00e9"},
  "c": [1, -2.5e3, null, true, {}, []]}`;
	assert.equal(places(parseJsonDocument(json) as ConfigNode), [
		'. 1:1 table',
		'a@1:2',
		'a 1:7 table',
		'a.b@1:8',
		'a.b 1:13 text "xé"',
		'c@2:3',
		'c 2:8 list',
		'c[0] 2:9 number 1',
		'c[1] 2:12 number -2500',
		'c[2] 2:20 other',
		'c[3] 2:26 boolean true',
		'c[4] 2:32 table',
		'c[5] 2:36 list',
	]);
});

for (const [text, line, column, found, expected] of [
	['{"a": 1,}', 1, 9, '"}"', 'a key in double quotes'],
	['{"a": 1\n "b": 2}', 2, 2, '"\\""', '"}"'],
	['{"a": 01}', 1, 7, '"0"', 'a value'],
	['{"a": "x', 1, 7, '"\\""', 'a string that ends on its line, with valid escapes'],
	['{"a": 1, "a": 2}', 1, 10, 'a for the second time', 'it once'],
	['{"a": ', 1, 7, 'the end of the file', 'a value'],
	['[1]', 1, 1, 'no object', 'an object in braces'],
	['{} x', 1, 4, '"x"', 'the end of the file'],
] as const)
	test(`are not ${JSON.stringify(text)}`, () => {
		assert.equal(parseJsonDocument(text), {at: {line, column}, found, expected});
	});

test('are not TOML with a mistake in it, which is found where it is', () => {
	const document = parseTomlDocument('a = 1\nb = [\n[c]\na = ');
	assert.ok(isSyntaxFault(document) && document.at.line >= 3 && document.expected === 'TOML');
	const twice = parseTomlDocument('a = 1\na = 2\n');
	assert.ok(isSyntaxFault(twice) && twice.at.line === 2);
});

test('may be long and deep, to a limit', () => {
	const long = 'x"\\n'.repeat(250_000);
	const toml = parseTomlDocument(`a = ${JSON.stringify(long)}\nb = 1`);
	assert.ok(!isSyntaxFault(toml) && toml.entries.get('b')?.keyAt.line === 2);
	const json = parseJsonDocument(JSON.stringify({a: long}));
	assert.ok(!isSyntaxFault(json));
	for (const brackets of [99, 100_000]) {
		const nested = `${'['.repeat(brackets)}${']'.repeat(brackets)}`;
		const isTooDeep = brackets > 100;
		assert.is(isSyntaxFault(parseJsonDocument(`{"a": ${nested}}`)), isTooDeep);
		assert.is(isSyntaxFault(parseTomlDocument(`a = ${nested}`)), isTooDeep);
	}
});

test('take names that JavaScript has a meaning for as any other', () => {
	for (const document of [
		parseTomlDocument('__proto__ = 1\nconstructor.x = 2'),
		parseJsonDocument('{"__proto__": 1, "constructor": {"x": 2}}'),
	])
		assert.equal(isSyntaxFault(document) ? [] : [...document.entries.keys()], [
			'__proto__',
			'constructor',
		]);
});

test.run();
