import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {findLiterals, parseFileContexts, specsBelow} from '../../../engine/tree/file-contexts.ts';

const test = suite('file contexts');

const literals: [string, string, string][] = [
	['/', '/', ''],
	['/usr/bin', '/usr/bin', ''],
	['/usr(/.*)?', '/usr', ''],
	['/usr/lib(64)?/x', '/usr/lib', '/x'],
	['/usr/lib.*', '/usr/lib', ''],
	['/usr/libx?', '/usr/lib', ''],
	['/usr/libx*', '/usr/lib', ''],
	['/usr/libx{0,2}', '/usr/lib', ''],
	['/usr/libx+y', '/usr/libx', 'y'],
	['/u.*/program/.+\\.so.*', '/u', '/program/'],
	['/etc/a\\.conf', '/etc/a.conf', ''],
	['/etc/a\\.?conf', '/etc/a', 'conf'],
	['/etc/\\d+', '/etc/', ''],
	['/etc/[ab]', '/etc/', ''],
	['/a|/b', '', ''],
	['(/a|/b)/c', '', '/c'],
	['/x(/a(b|c)|/b)/cd', '/x', '/cd'],
	['/x[|]y', '/x', 'y'],
	['/x[](|]yz', '/x', 'yz'],
	['/x\\|y', '/x|y', ''],
	['.*', '', ''],
];
for (const [pattern, prefix, infix] of literals) {
	test(`what ${pattern} matches begins with "${prefix}" and has "${infix}"`, () => {
		assert.equal(findLiterals(pattern), {prefix, infix});
	});
}

test('only what can match below a folder is tried there', () => {
	const patterns = ['/.*', '/usr', '/usr/.*', '/usr/lib/x', '/usr/lib64/x', '/usr/l.*', '/etc/x'];
	const specs = parseFileContexts(patterns.map((pattern) => `${pattern} t\n`).join(''), 'f');
	const below = (folder: string) =>
		specsBelow(specs, folder).map((spec) => patterns[specs.indexOf(spec)]);
	assert.equal(below('/'), patterns);
	assert.equal(below('/usr'), patterns.slice(0, -1));
	assert.equal(below('/usr/lib'), ['/.*', '/usr', '/usr/.*', '/usr/lib/x', '/usr/l.*']);
});

test.run();
