import {spawnSync} from 'node:child_process';
import {rmSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {verityDigest} from '../../../engine/erofs/fs-verity.ts';
import {createStore} from '../../../engine/store/store.ts';
import {
	checkedObjects,
	content,
	filesBelow,
	makeFolder,
	unsyncedSystem as system,
} from './fixture.ts';

const test = suite<{folder: string; store: string}>('streams into a store');

test.before.each((context) => {
	context.folder = makeFolder();
	context.store = path.join(context.folder, 'composefs');
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

test('says of each content where it went', async ({store}) => {
	await using writer = await createStore(system, store).write();
	const sink = writer.sink();
	const sizes = [1, 64, 65, 4096, 1 << 20, (1 << 20) + 1, 3_000_000];
	const stored: unknown[] = [];
	for (const size of sizes) {
		const bytes = content(size);
		const target = sink.begin(size);
		// The chunk is valid only until `write` returns.
		const chunk = Buffer.alloc(70_000);
		for (let at = 0; at < size; at += chunk.length) {
			const length = bytes.copy(chunk, 0, at, at + chunk.length);
			await target.write(chunk.subarray(0, length));
			chunk.fill(0xee);
		}
		stored.push(await target.end());
	}
	await writer.commit();
	assert.equal(
		stored,
		sizes.map((size) =>
			size <= 64 ? {inline: content(size)} : {verityDigest: verityDigest(content(size), 'sha256')},
		),
	);
	assert.is(checkedObjects(store).length, 5);
});

test('takes several contents at once', async ({store}) => {
	await using writer = await createStore(system, store).write();
	const sink = writer.sink();
	const contents = [content(2 << 20, 1), content(2 << 20, 2), content(500, 3)];
	const targets = contents.map((bytes) => sink.begin(bytes.length));
	for (const half of [0, 1]) {
		for (const [index, target] of targets.entries()) {
			const bytes = contents[index] ?? Buffer.alloc(0);
			const middle = bytes.length / 2;
			await target.write(half === 0 ? bytes.subarray(0, middle) : bytes.subarray(middle));
		}
	}
	const stored = await Promise.all(targets.map((target) => target.end()));
	await writer.commit();
	const digests = contents.map((bytes) => verityDigest(bytes, 'sha256'));
	assert.equal(
		stored,
		digests.map((digest) => ({verityDigest: digest})),
	);
	assert.equal(checkedObjects(store), digests.toSorted());
});

test('makes nothing visible of a content that was given up', async ({store}) => {
	{
		await using writer = await createStore(system, store).write();
		for (const size of [2 << 20, 1000]) await writer.sink().begin(size).write(content(500));
		await writer.commit();
	}
	assert.equal(filesBelow(store), ['lock']);
});

test('does not keep what the store has', async ({store}) => {
	const opened = createStore(system, store);
	const bytes = content(2 << 20);
	for (const round of [1, 2]) {
		await using writer = await opened.write();
		const target = writer.sink().begin(bytes.length);
		await target.write(bytes);
		assert.equal(await target.end(), {verityDigest: verityDigest(bytes, 'sha256')});
		assert.is(filesBelow(path.join(store, 'unfinished')).length, round === 1 ? 1 : 0);
		await writer.commit();
	}
});

for (const [kind, size] of [
	['waits in memory', 60_000],
	['is written as it comes', 2 << 20],
] as const)
	test(`commits nothing after a disk was full, when the content ${kind}`, ({store}) => {
		const script = path.join(import.meta.dirname, 'full-disk.ts');
		// In blocks of 512 bytes.
		const limited = ['-c', 'ulimit -f 64 && exec "$@"', 'sh', process.execPath, script];
		const {stdout, stderr} = spawnSync('sh', [...limited, store, String(size)], {encoding: 'utf8'});
		assert.is(stderr, '');
		assert.equal(JSON.parse(stdout), {codes: ['EFBIG', 'EFBIG', 'writer-broken'], digests: []});
		assert.equal(checkedObjects(store), []);
	});

test.run();
