import {readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {verityDigest} from '../../../engine/erofs/fs-verity.ts';
import type {Digest} from '../../../engine/oci/digest.ts';
import {createStore, type Store} from '../../../engine/store/store.ts';
import type {StoreWriter} from '../../../engine/store/writer.ts';
import type {FsVerityAlgorithm, System} from '../../../engine/system/system.ts';
import {
	checkedObjects,
	content,
	filesBelow,
	makeFolder,
	unsyncedSystem as system,
} from './fixture.ts';
import {collectItems, recordPath} from './record-bytes.ts';

const test = suite<{folder: string; store: Store}>('layers into a store');
const diffId: Digest = `sha256:${'d1'.repeat(32)}`;
const [small, large] = [Buffer.from('small'), content(3 << 20)];
const largeDigest = verityDigest(large, 'sha256');
const items = [
	{kind: 'raw', bytes: Buffer.from('header')},
	{kind: 'content', size: 5, stored: {inline: small}},
	{kind: 'content', size: large.length, stored: {verityDigest: largeDigest}},
	{kind: 'raw', bytes: Buffer.from('end')},
];

test.before.each((context) => {
	context.folder = makeFolder();
	context.store = createStore(system, path.join(context.folder, 'composefs'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

async function takeIn(writer: StoreWriter, layer: Digest = diffId) {
	const recording = writer.recordLayer(layer);
	recording.raw(Buffer.from('header'));
	for (const bytes of [small, large]) {
		const target = recording.sink.begin(bytes.length);
		await target.write(bytes);
		await target.end();
	}
	recording.raw(Buffer.from('end'));
	return recording;
}

async function addLayer(store: Store, algorithm: FsVerityAlgorithm = 'sha256'): Promise<void> {
	await using writer = await store.write({algorithm});
	(await takeIn(writer)).end();
	await writer.commit();
}

async function knows(store: Store, algorithm: FsVerityAlgorithm = 'sha256'): Promise<boolean> {
	await using writer = await store.write({algorithm});
	return writer.knownLayer(diffId) !== undefined;
}

test('are known once they are committed, and to their writer as soon as they are read', async ({
	store,
}) => {
	await using writer = await store.write();
	assert.is(writer.knownLayer(diffId), undefined);
	const recording = await takeIn(writer);
	assert.is(writer.knownLayer(diffId), undefined);
	recording.end();
	assert.equal(collectItems(writer.knownLayer(diffId) ?? []), items);
	assert.equal(filesBelow(path.join(store.path, 'layers')), []);
	await writer.commit();
	assert.equal(filesBelow(path.join(store.path, 'layers')), [diffId]);
	const known = writer.knownLayer(diffId) ?? [];
	// As often as one likes.
	assert.equal([collectItems(known), collectItems(known)], [items, items]);
	assert.equal(checkedObjects(store.path), [largeDigest]);
});

test('are not shown when they were given up, or never ended', async ({store}) => {
	{
		await using writer = await store.write();
		(await takeIn(writer)).giveUp();
		await takeIn(writer, `sha256:${'d2'.repeat(32)}`);
		await writer.commit();
	}
	assert.equal(filesBelow(path.join(store.path, 'layers')), []);
	assert.equal(filesBelow(path.join(store.path, 'unfinished')), []);
});

test('are not shown when their writer did not commit', async ({store}) => {
	{
		await using writer = await store.write();
		(await takeIn(writer)).end();
	}
	assert.equal(filesBelow(store.path), ['lock']);
});

const object = (store: Store): string => store.objectPath(largeDigest);
const harm: readonly (readonly [string, (store: Store) => void])[] = [
	['an object is missing', (store) => rmSync(object(store))],
	['an object has lost its end', (store) => truncateSync(object(store), 100)],
	['their record is damaged', (store) => truncateSync(recordPath(store, diffId), 60)],
	['their record is another one', (store) => writeFileSync(recordPath(store, diffId), 'x')],
	['their record is gone', (store) => rmSync(recordPath(store, diffId))],
];
for (const [title, damage] of harm)
	test(`are unknown when ${title}, and known when they came in again`, async ({store}) => {
		await addLayer(store);
		assert.ok(await knows(store));
		const record = readFileSync(recordPath(store, diffId));
		damage(store);
		assert.not(await knows(store));
		await addLayer(store);
		assert.ok(await knows(store));
		assert.equal(readFileSync(recordPath(store, diffId)), record);
		assert.equal(checkedObjects(store.path), [largeDigest]);
	});

test('are unknown where objects are named by another algorithm', async ({store}) => {
	await addLayer(store);
	assert.not(await knows(store, 'sha512'));
	await addLayer(store, 'sha512');
	assert.equal([await knows(store, 'sha512'), await knows(store)], [true, false]);
});

test('get as many syncs as an image alone, and their objects fs-verity', async ({folder}) => {
	const counts: number[] = [];
	const protectedFiles = new Set<string>();
	let syncs = 0;
	const counting: System = {
		...system,
		syncFileSystem: () => void syncs++,
		enableVerity: () => {},
		enableVerityOnAll: async (files) => {
			for (const file of files) protectedFiles.add(path.relative(folder, file));
		},
	};
	for (const withLayer of [false, true]) {
		const store = createStore(counting, path.join(folder, `counted-${withLayer}`));
		await using writer = await store.write();
		const recording = await takeIn(writer);
		if (withLayer) recording.end();
		writer.addImage(content(4096));
		syncs = 0;
		await writer.commit();
		counts.push(syncs);
	}
	assert.equal(counts, [4, 4]);

	protectedFiles.clear();
	const store = createStore(counting, path.join(folder, 'counted-true'));
	await using writer = await store.write();
	assert.ok(writer.knownLayer(diffId));
	await writer.commit();
	assert.equal([...protectedFiles], [path.relative(folder, store.objectPath(largeDigest))]);
});

test('let their contents be read before anybody else can', async ({store}) => {
	await using writer = await store.write();
	(await takeIn(writer)).end();
	assert.ok(writer.readObject(largeDigest).equals(large));
	await writer.commit();
	assert.ok(writer.readObject(largeDigest).equals(large));
	assert.ok(writer.freeBytes() > 0);
	assert.is(writer.path, store.path);
});

test.run();
