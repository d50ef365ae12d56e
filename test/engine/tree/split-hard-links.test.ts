import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {splitHardLinks} from '../../../engine/tree/split-hard-links.ts';
import type {Directory, Leaf} from '../../../engine/tree/tree.ts';

const test = suite('split hard links');

const metadata = {mode: 0o644, uid: 0, gid: 0, mtimeSec: 1, mtimeNsec: 0, xattrs: undefined};

test('gives every name an inode of its own, with the same content', () => {
	const linked: Leaf = {type: 'symlink', target: 'a', ...metadata};
	const below: Directory = {type: 'directory', ...metadata, children: new Map([['c', linked]])};
	const root: Directory = {
		type: 'directory',
		...metadata,
		children: new Map<string, Leaf | Directory>([
			['a', linked],
			['b', linked],
			['below', below],
		]),
	};
	splitHardLinks(root);
	const inodes = [root.children.get('a'), root.children.get('b'), below.children.get('c')];
	assert.is(new Set(inodes).size, 3);
	for (const inode of inodes) assert.equal(inode, linked);
});

test.run();
