import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {walkTree} from '../../../engine/tree/walk.ts';
import {directory, file} from '../source/trees.ts';

const test = suite('walk of a tree');

test('gives parents before children, names in byte order, and hard links each time', () => {
	const shared = file('same');
	const tree = directory({
		b: directory({'\xff': shared, a: shared}),
		a: file(),
		'a.b': directory(),
	});
	const found = [...walkTree(tree, 'top')];
	assert.equal(
		found.map(([path]) => path),
		['top', 'top/a', 'top/a.b', 'top/b', 'top/b/a', 'top/b/\xff'],
	);
	assert.is(found[4]?.[1], found[5]?.[1]);
});

test('goes as deep as a tree does', () => {
	let tree = directory();
	for (let depth = 0; depth < 5000; depth++) tree = directory({d: tree});
	let inodes = 0;
	for (const _ of walkTree(tree, '')) inodes++;
	assert.is(inodes, 5001);
});

test.run();
