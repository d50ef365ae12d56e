import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {tarMembers} from '../../../engine/tree/tar-members.ts';
import type {Directory, Inode, RegularFile} from '../../../engine/tree/tree.ts';

const test = suite('members of a tar');

const metadata = {mode: 0o644, uid: 0, gid: 0, mtimeSec: 1, mtimeNsec: 2, xattrs: undefined};
const file = (size: number): RegularFile => ({
	...metadata,
	type: 'file',
	size,
	inline: undefined,
	verityDigest: undefined,
});
const folder = (children: Readonly<Record<string, Inode>>): Directory => ({
	...metadata,
	type: 'directory',
	children: new Map(Object.entries(children)),
});

test('come parents first, with sources of what is not empty, and further names as links', () => {
	const linked = file(3);
	const empty = file(0);
	const inner = folder({c: linked});
	const root = folder({b: linked, a: inner, z: empty});
	const source = {kind: 'path', path: '/there'} as const;
	assert.equal(
		[...tarMembers(root, () => source)],
		[
			{path: '', inode: root, source: undefined},
			{path: 'a', inode: inner, source: undefined},
			{path: 'a/c', inode: linked, source},
			{path: 'b', inode: {...linked, type: 'hardlink', target: 'a/c'}, source: undefined},
			{path: 'z', inode: empty, source: undefined},
		],
	);
});

test.run();
