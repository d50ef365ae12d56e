import {appendFileSync, rmSync, utimesSync} from 'node:fs';
import path from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {aheadTask, HashAhead} from '../../../engine/store/hash-ahead.ts';
import {hashFiles} from '../../../engine/store/hash-files.ts';
import type {SourceFile} from '../../../engine/store/source-file.ts';
import {content, makeFolder, writeTree} from './fixture.ts';

const test = suite<{folder: string}>('hashing ahead');
const sizes = [300_000, 600_000, 5_000_000];

test.before.each((context) => {
	context.folder = makeFolder();
	writeTree(
		context.folder,
		Object.fromEntries(sizes.map((size) => [`file-${size}`, content(size)])),
	);
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const filesIn = (folder: string) =>
	sizes.map((size) => ({path: path.join(folder, `file-${size}`), size}));

test('gives what hashing later gives, by the paths', async ({folder}) => {
	const files = filesIn(folder);
	const found = await hashAll(folder, 3);
	const expected = await hashFiles(files, {algorithm: 'sha256', keepTree: true});
	assert.equal(
		files.map((file) => found.get(file.path)),
		expected,
	);
});

test('leaves small files, and those that cannot be read, to others', async ({folder}) => {
	writeTree(folder, {small: content(5000)});
	const [changed] = filesIn(folder);
	appendFileSync(changed?.path ?? '', 'more');
	const found = await hashAll(folder, 2, [
		{path: path.join(folder, 'small'), size: 5000},
		{path: path.join(folder, 'missing'), size: 700_000},
	]);
	assert.equal(
		[...found.keys()].sort(),
		filesIn(folder)
			.slice(1)
			.map((file) => file.path)
			.sort(),
	);
});

test('does not give what has changed since, even to the same size', async ({folder}) => {
	const files = filesIn(folder);
	await using ahead = new HashAhead('sha256');
	for (const file of files) ahead.add(file);
	while (ahead.count < files.length) await nextTurn();
	const [first, second, third] = files.map((file) => file.path);
	utimesSync(first ?? '', 0, 0);
	rmSync(second ?? '');
	assert.equal([...(await ahead.stop()).keys()], [third]);
});

test('stops whatever waits, and for good', async ({folder}) => {
	const files = filesIn(folder);
	const [file = {path: '', size: 0}] = files;
	const stop = new Int32Array(new SharedArrayBuffer(4));
	const hash = aheadTask({algorithm: 'sha256', stop});
	assert.is(hash(file).result?.verityDigest?.length, 64);
	Atomics.store(stop, 0, 1);
	assert.is(hash(file).result, undefined);
	await using ahead = new HashAhead('sha256');
	for (const one of files) ahead.add(one);
	const {size} = await ahead.stop();
	ahead.add(file);
	assert.is((await ahead.stop()).size, size);
});

/** Waits for `count` of them. */
async function hashAll(folder: string, count: number, more: readonly SourceFile[] = []) {
	await using ahead = new HashAhead('sha256');
	for (const file of [...more, ...filesIn(folder)]) ahead.add(file);
	while (ahead.count < count) await nextTurn();
	return await ahead.stop();
}

test.run();
