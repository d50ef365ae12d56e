import {existsSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {verityDigest} from '../../../engine/erofs/fs-verity.ts';
import {writeImage} from '../../../engine/erofs/writer.ts';
import {Refused} from '../../../engine/errors.ts';
import type {Digest} from '../../../engine/oci/digest.ts';
import {importDirectory} from '../../../engine/store/import-directory.ts';
import {createStore, openStore, type Store} from '../../../engine/store/store.ts';
import type {System} from '../../../engine/system/system.ts';
import {
	checkedObjects,
	content,
	filesBelow,
	makeFolder,
	unsyncedSystem as system,
	writeTree,
} from './fixture.ts';
import {recordPath} from './record-bytes.ts';

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
	assert.equal(await store.collectGarbage({keepImages}), {
		images: [],
		layers: [],
		objects: [],
		bytes: 0,
	});
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

const [oldLayer, newLayer]: readonly [Digest, Digest] = [
	`sha256:${'01'.repeat(32)}`,
	`sha256:${'02'.repeat(32)}`,
];
const [onlyOldLayer, onlyNewLayer] = [content(800, 4), content(900, 5)];

/** Records of two layers, each with the shared content and one that no image has. */
async function addLayers(store: Store): Promise<void> {
	await using writer = await store.write();
	for (const [diffId, own] of [
		[oldLayer, onlyOldLayer],
		[newLayer, onlyNewLayer],
	] as const) {
		const recording = writer.recordLayer(diffId);
		for (const bytes of [shared, own]) {
			const target = recording.sink.begin(bytes.length);
			await target.write(bytes);
			await target.end();
		}
		recording.end();
	}
	await writer.commit();
}

const withoutImages = {keepImages: new Set<string>()};

test('removes the records that nothing keeps, and keeps all objects of the others', async ({
	store,
}) => {
	await addLayers(store);
	const before = filesBelow(store.path);
	const keepLayers = new Set([newLayer]);
	const told = await store.collectGarbage({...withoutImages, keepLayers, dryRun: true});
	assert.equal(filesBelow(store.path), before);
	const {size} = statSync(recordPath(store, oldLayer));
	const garbage = await store.collectGarbage({...withoutImages, keepLayers});
	assert.equal(garbage, told);
	assert.equal(garbage.layers, [{diffId: oldLayer, path: recordPath(store, oldLayer), size}]);
	const kept = [digestOf(shared), digestOf(onlyNewLayer)].sort();
	assert.equal(checkedObjects(store.path), kept);
	assert.equal(filesBelow(path.join(store.path, 'layers')), [newLayer]);
	const again = await store.collectGarbage({...withoutImages, keepLayers});
	assert.equal(again, {images: [], layers: [], objects: [], bytes: 0});
	await using writer = await store.write();
	assert.ok(writer.knownLayer(newLayer));
});

test('keeps of an image what it needs, and not its layers', async ({store, images}) => {
	await addLayers(store);
	const {layers} = await store.collectGarbage({keepImages: new Set([images.old])});
	assert.is(layers.length, 2);
	assert.equal(checkedObjects(store.path), [digestOf(shared), digestOf(onlyOld)].sort());
});

test('removes a kept record that is damaged, since its layer is fetched again', async ({store}) => {
	await addLayers(store);
	truncateSync(recordPath(store, newLayer), 100);
	const keepLayers = new Set([oldLayer, newLayer]);
	const {layers} = await store.collectGarbage({...withoutImages, keepLayers});
	assert.equal(
		layers.map(({diffId}) => diffId),
		[newLayer],
	);
	assert.equal(checkedObjects(store.path), [digestOf(shared), digestOf(onlyOldLayer)].sort());
});

test('takes no other file for a record', async ({store}) => {
	const readme = path.join(store.path, 'layers/README');
	writeFileSync(readme, 'x');
	assert.equal((await store.collectGarbage(withoutImages)).layers, []);
	assert.ok(existsSync(readme));
	rmSync(path.dirname(readme), {recursive: true});
	assert.equal((await store.collectGarbage(withoutImages)).layers, []);
});

test('leaves whole what is left when it is stopped in the middle', async ({folder, store}) => {
	await addLayers(store);
	const stopping: System = {
		...system,
		syncFileSystem: () => {
			throw new Error('stopped');
		},
	};
	const stopped = openStore(stopping, path.join(folder, 'composefs'));
	const keep = {...withoutImages, keepLayers: new Set([newLayer])};
	await stopped.collectGarbage(keep).then(
		() => assert.unreachable('went on'),
		(error) => assert.is(error.message, 'stopped'),
	);
	assert.equal(filesBelow(path.join(store.path, 'layers')), [newLayer]);
	const {problems, unusableLayers} = await store.verify();
	assert.equal([problems, unusableLayers], [[], []]);
	await store.collectGarbage(keep);
	assert.equal(checkedObjects(store.path), [digestOf(shared), digestOf(onlyNewLayer)].sort());
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
