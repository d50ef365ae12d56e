import {rmSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {verityDigest} from '../../../engine/erofs/fs-verity.ts';
import {taskWorkers} from '../../../engine/store/file-task.ts';
import {content, makeFolder, writeTree} from './fixture.ts';

const test = suite<{folder: string}>('threads that work on files');
/** More than one batch for each thread. */
const sizes = Array.from({length: 500}, (_, index) => 100 + index);

test.before.each((context) => {
	context.folder = makeFolder();
	writeTree(context.folder, Object.fromEntries(sizes.map((size) => [`${size}`, content(size)])));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const filesIn = (folder: string) =>
	sizes.map((size) => ({path: path.join(folder, `${size}`), size}));
const total = sizes.reduce((sum, size) => sum + size, 0);
const expected = sizes.map((size) => verityDigest(content(size), 'sha256'));

for (const isBusy of [false, true])
	test(`give results in the order of the files${isBusy ? ', sent all at once too' : ''}`, async ({
		folder,
	}) => {
		await using workers = taskWorkers({kind: 'hash', algorithm: 'sha256', keepTree: false});
		const advances: number[] = [];
		const onAdvance = (bytes: number) => advances.push(bytes);
		const results = await workers.run(filesIn(folder), {isBusy, onAdvance});
		assert.equal(
			results.map((result) => result.verityDigest),
			expected,
		);
		assert.is(advances.at(-1), total);
	});

test('start for nobody once they were stopped', async ({folder}) => {
	const workers = taskWorkers({kind: 'hash', algorithm: 'sha256', keepTree: false});
	await workers[Symbol.asyncDispose]();
	const running = workers.run(filesIn(folder));
	await running.then(
		() => assert.unreachable('they ran'),
		(error: Error) => assert.match(error.message, /ended too early/),
	);
});

test.run();
