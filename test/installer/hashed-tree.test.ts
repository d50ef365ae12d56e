import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {HashedFile} from '../../engine/store/hash-files.ts';
import type {RegularFile} from '../../engine/tree/tree.ts';
import {fillTree} from '../../installer/hashed-tree.ts';
import {directory, file} from '../engine/source/trees.ts';

const test = suite('a hashed tree');

/** As a scan finds it: with a size, and no content yet. */
function unread(size: number): RegularFile {
	return {...file(), size, inline: undefined};
}

const digest = (letter: string) => letter.repeat(64);

function object(letter: string): HashedFile {
	return {inline: undefined, verityDigest: digest(letter), merkleTree: Buffer.from(letter)};
}

test('has contents in its small files, digests in all others, and where to read each', () => {
	const [small, large] = [unread(4), unread(100)];
	const root = directory({usr: directory({small, large})});
	const hashed: HashedFile[] = [
		{inline: Buffer.from('tiny'), verityDigest: undefined, merkleTree: undefined},
		object('a'),
	];
	const files = [
		{path: '/usr/small', inode: small},
		{path: '/usr/large', inode: large},
	];
	const {sources, objects} = fillTree(root, files, hashed);
	assert.equal([small.inline?.toString(), small.verityDigest], ['tiny', undefined]);
	assert.equal([large.inline, large.verityDigest], [undefined, digest('a')]);
	assert.equal(
		[sources.get(small), sources.get(large)],
		[
			{kind: 'bytes', bytes: Buffer.from('tiny')},
			{kind: 'path', path: '/usr/large'},
		],
	);
	assert.equal(
		[...objects],
		[
			[
				digest('a'),
				{size: 100, source: {kind: 'path', path: '/usr/large'}, merkleTree: Buffer.from('a')},
			],
		],
	);
});

test('needs one object for equal contents, and none for what no deployment has', () => {
	const [first, second, kernel, log] = [unread(100), unread(100), unread(200), unread(300)];
	const root = directory({
		usr: directory({first, second}),
		boot: directory({kernel}),
		run: directory({log}),
	});
	const files = [first, second, kernel, log].map((inode, index) => ({path: `/${index}`, inode}));
	const {objects} = fillTree(root, files, ['a', 'a', 'b', 'c'].map(object));
	assert.equal([...objects.keys()], [digest('a')]);
	assert.is(kernel.verityDigest, digest('b'));
});

test.run();
