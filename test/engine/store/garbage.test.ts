import {existsSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {verityDigest} from '../../../engine/erofs/fs-verity.ts';
import {writeImage} from '../../../engine/erofs/writer.ts';
import {Refused} from '../../../engine/errors.ts';
import {importDirectory} from '../../../engine/store/import-directory.ts';
import {createStore, type Store} from '../../../engine/store/store.ts';
import {
	checkedObjects,
	content,
	filesBelow,
	makeFolder,
	unsyncedSystem as system,
	writeTree,
} from './fixture.ts';

interface Context {
	folder: string;
	store: Store;
	/** Digests of two images: `old` has shared and old.so, `new` shared and new.so. */
	images: {old: string; new: string};
}

const test = suite<Context>('garbage collection');
const [shared, onlyOld, onlyNew] = [content(500, 1), content(600, 2), content(700, 3)];
const digestOf = (bytes: Buffer) => verityDigest(bytes, 'sha256');

test.before.each(async (context) => {
	context.folder = makeFolder();
	context.store = createStore(system, path.join(context.folder, 'composefs'));
	context.images = {
		old: await addImage(context, 'old', {shared, 'old.so': onlyOld}),
		new: await addImage(context, 'new', {shared, 'new.so': onlyNew}),
	};
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

async function addImage(
	{folder, store}: Context,
	name: string,
	files: Readonly<Record<string, Buffer>>,
): Promise<string> {
	const root = path.join(folder, name);
	writeTree(root, files);
	await using writer = await store.write();
	const tree = await importDirectory(system, writer, root);
	const digest = writer.addImage(writeImage(tree.root, {flavour: 'rs', version: 1}));
	await writer.commit();
	return digest;
}

test('removes the images that nothing keeps, and what only they use', async ({store, images}) => {
	const {
		images: removed,
		objects,
		bytes,
	} = await store.collectGarbage({
		keepImages: new Set([images.new]),
	});
	assert.equal(
		removed.map(({verityDigest}) => verityDigest),
		[images.old],
	);
	assert.equal(objects, [
		{verityDigest: digestOf(onlyOld), path: store.objectPath(digestOf(onlyOld)), size: 600},
	]);
	assert.is(bytes, 600 + (removed[0]?.size ?? 0));
	assert.equal(checkedObjects(store.path), [digestOf(shared), digestOf(onlyNew)].sort());
	assert.not(existsSync(store.imagePath(images.old)));
	assert.equal((await store.verify()).problems, []);
});

test('only tells what would go when asked to', async ({store, images}) => {
	const before = filesBelow(store.path);
	const garbage = await store.collectGarbage({keepImages: new Set([images.new]), dryRun: true});
	assert.is(garbage.objects.length, 1);
	assert.equal(filesBelow(store.path), before);
	assert.equal(await store.collectGarbage({keepImages: new Set([images.new])}), garbage);
});

test('removes nothing when all is in use', async ({store, images}) => {
	const keepImages = new Set(Object.values(images));
	assert.equal(await store.collectGarbage({keepImages}), {images: [], objects: [], bytes: 0});
});

test('empties a store in which nothing is in use', async ({store}) => {
	await store.collectGarbage({keepImages: new Set()});
	assert.equal(filesBelow(store.path), ['lock']);
});

test('removes nothing when an image in use is missing or damaged', async ({store, images}) => {
	const before = filesBelow(store.path);
	const missing = 'ab'.repeat(32);
	for (const [digest, kind] of [
		[missing, 'missing'],
		[images.new, 'damaged'],
	] as const) {
		if (kind === 'damaged') truncateSync(store.imagePath(images.new), 4096);
		for (const dryRun of [true, false]) {
			const error = await store.collectGarbage({keepImages: new Set([digest]), dryRun}).then(
				() => assert.unreachable('it was collected'),
				(error: unknown) => error,
			);
			assert.instance(error, Refused);
			assert.is((error as Refused).message, `image ${digest}, which is in use, is ${kind}`);
		}
	}
	assert.equal(filesBelow(store.path), before);
});

test('clears away what a killed writer left', async ({store, images}) => {
	writeFileSync(path.join(store.path, 'unfinished/partial-1-0'), 'half of somethi');
	await store.collectGarbage({keepImages: new Set(Object.values(images))});
	assert.equal(filesBelow(path.join(store.path, 'unfinished')), []);
});

test('waits for a writer', async ({store, images}) => {
	const writer = await store.write();
	const collecting = store.collectGarbage({keepImages: new Set(Object.values(images))});
	const target = writer.sink().begin(800);
	await target.write(content(800, 4));
	await target.end();
	await writer.commit();
	assert.is(checkedObjects(store.path).length, 4);
	await writer[Symbol.asyncDispose]();
	assert.is((await collecting).objects.length, 1);
});

test.run();
