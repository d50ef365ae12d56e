import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {followPath} from '../../../engine/tree/follow-path.ts';
import {directory, file, symlink} from '../source/trees.ts';

const test = suite('follow path');

const a = file('a');
const b = file('b');
const lib = directory({a, up: symlink('../../etc/b'), loop: symlink('loop')});
const tree = directory({
	usr: directory({lib}),
	lib: symlink('usr/lib'),
	etc: directory({
		b,
		abs: symlink('/lib/a'),
		out: symlink('../../../../etc/b'),
		slash: symlink('/'),
	}),
	ping: symlink('pong'),
	pong: symlink('ping'),
});

const found: readonly (readonly [string, unknown])[] = [
	['/usr/lib/a', a],
	['usr//lib/./a', a],
	['/', tree],
	['/usr/lib', lib],
	['/lib', lib],
	['/lib/', lib],
	['/lib/a', a],
	['/usr/lib/up', b],
	['/usr/lib/../lib/a', a],
	['/../../etc/b', b],
	['/etc/abs', a],
	['/etc/out', b],
	['/etc/slash', tree],
	['/etc/slash/lib/a', a],
	['/nothing', undefined],
	['/etc/nothing/b', undefined],
	['/etc/b/c', undefined],
	['/usr/lib/loop', undefined],
	['/ping/x', undefined],
];
for (const [path, inode] of found)
	test(`leads ${path} to what a machine finds there`, () =>
		assert.is(followPath(tree, path), inode));

test('leaves a link at the end as it is when told to', () => {
	const link = lib.children.get('up');
	assert.is(followPath(tree, '/lib/up', {lastLink: false}), link);
	assert.is(followPath(tree, '/lib/up/', {lastLink: false}), link);
	assert.is(followPath(tree, '/lib/a', {lastLink: false}), a);
});

test.run();
