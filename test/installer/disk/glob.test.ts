import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {globPattern, matchesGlob} from '../../../installer/disk/glob.ts';

const test = suite('globs');

for (const [glob, matching, others] of [
	['abc', ['abc'], ['abcd', 'ABC', '']],
	['a*', ['a', 'a b/c'], ['ba']],
	['*', ['', 'a\nb'], []],
	['a?c', ['abc'], ['ac', 'abbc']],
	['a[0-9b]', ['a5', 'ab'], ['ac', 'a']],
	['[!ab]', ['c'], ['a', 'b', '']],
	['a.b+(c)', ['a.b+(c)'], ['axb+(c)']],
	['[ab', ['[ab'], ['a']],
	['[^a]', ['^', 'a'], ['b']],
	['\\d', ['\\d'], ['1']],
] as const)
	test(`say with ${glob} what matches`, () => {
		assert.equal(
			matching.filter((text) => !matchesGlob(text, glob)),
			[],
		);
		assert.equal(
			others.filter((text) => matchesGlob(text, glob)),
			[],
		);
	});

test('are none with a range that ends before it begins', () => {
	assert.is(globPattern('[z-a]'), undefined);
	assert.not(matchesGlob('z', '[z-a]'));
});

test.run();
