import {rmSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {VerityHasher} from '../../../engine/erofs/fs-verity.ts';
import {hashFiles} from '../../../engine/store/hash-files.ts';
import {content, makeFolder, writeTree} from './fixture.ts';

const test = suite<{folder: string}>('hashing files');

test.before.each((context) => {
	context.folder = makeFolder();
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

test('gives digest and tree of each, or the content itself, in the order of the files', async ({
	folder,
}) => {
	const sizes = [1, 64, 65, 4096, 4097, 600_000, 5_000_000];
	const files = Object.fromEntries(sizes.map((size) => [`file-${size}`, content(size)]));
	writeTree(folder, files);
	const hashed = await hashFiles(
		sizes.map((size) => ({path: path.join(folder, `file-${size}`), size})),
		{algorithm: 'sha256', keepTree: true},
	);
	const expected = sizes.map((size) => {
		if (size <= 64) {
			return {inline: content(size), verityDigest: undefined, merkleTree: undefined};
		}
		const hasher = new VerityHasher('sha256', {keepTree: true});
		hasher.update(content(size));
		const {digest, merkleTree = Buffer.alloc(0)} = hasher.finish();
		const end = 1 + merkleTree.findLastIndex((byte) => byte !== 0);
		return {inline: undefined, verityDigest: digest, merkleTree: merkleTree.subarray(0, end)};
	});
	assert.equal(hashed, expected);
});

test('keeps no trees unless asked to', async ({folder}) => {
	writeTree(folder, {file: content(5000)});
	const [hashed] = await hashFiles([{path: path.join(folder, 'file'), size: 5000}], {
		algorithm: 'sha512',
	});
	assert.is(hashed?.merkleTree, undefined);
	assert.is(hashed?.verityDigest?.length, 128);
});

test('gives nothing for nothing', async () => {
	assert.equal(await hashFiles([], {algorithm: 'sha256'}), []);
});

test.run();
