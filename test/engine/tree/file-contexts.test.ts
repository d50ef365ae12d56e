import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {literalPrefix, parseFileContexts, specsBelow} from '../../../engine/tree/file-contexts.ts';

const test = suite('file contexts');

const prefixes: [string, string][] = [
	['/', '/'],
	['/usr/bin', '/usr/bin'],
	['/usr(/.*)?', '/usr'],
	['/usr/lib(64)?/x', '/usr/lib'],
	['/usr/lib.*', '/usr/lib'],
	['/usr/libx?', '/usr/lib'],
	['/usr/libx*', '/usr/lib'],
	['/usr/libx{2}', '/usr/lib'],
	['/usr/libx+', '/usr/libx'],
	['/etc/a\\.conf', '/etc/a.conf'],
	['/etc/a\\.?conf', '/etc/a'],
	['/etc/\\d+', '/etc/'],
	['/etc/[ab]', '/etc/'],
	['/a|/b', ''],
	['(/a|/b)/c', ''],
	['/x(/a|/b)/c', '/x'],
	['/x[|]y', '/x'],
	['/x\\|y', '/x|y'],
	['.*', ''],
];
for (const [pattern, prefix] of prefixes) {
	test(`what ${pattern} matches begins with ${JSON.stringify(prefix)}`, () => {
		assert.is(literalPrefix(pattern), prefix);
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
