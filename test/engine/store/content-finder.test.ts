import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {verityDigest} from '../../../engine/erofs/fs-verity.ts';
import {writeImage} from '../../../engine/erofs/writer.ts';
import type {Digest} from '../../../engine/oci/digest.ts';
import {digestOf} from '../../../engine/oci/verified.ts';
import {ContentIndex} from '../../../engine/store/content-index.ts';
import {importDirectory} from '../../../engine/store/import-directory.ts';
import {contentIndexPath, storeLayout} from '../../../engine/store/layout.ts';
import {createStore, openStore, type Store} from '../../../engine/store/store.ts';
import type {FsVerityAlgorithm, System} from '../../../engine/system/system.ts';
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
	/** Digest of the image that has `files`. */
	image: string;
}

const test = suite<Context>('contents by their SHA-256');
const files = {
	one: content(500, 1),
	two: content(500, 2),
	three: content(700, 3),
	large: content(5 << 20, 4),
	tiny: Buffer.from('tiny'),
	empty: Buffer.alloc(0),
};
const stored = (bytes: Buffer) => ({verityDigest: verityDigest(bytes, 'sha256')});
const wanted = (...contents: readonly Buffer[]) =>
	new Map(contents.map((bytes): [Digest, number] => [digestOf(bytes), bytes.length]));

test.before.each(async (context) => {
	context.folder = makeFolder();
	context.store = createStore(system, path.join(context.folder, 'composefs'));
	context.image = await addImage(context, 'source', files);
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

async function addImage(
	{folder, store}: Pick<Context, 'folder' | 'store'>,
	name: string,
	contents: Readonly<Record<string, Buffer>>,
	algorithm: FsVerityAlgorithm = 'sha256',
): Promise<string> {
	writeTree(path.join(folder, name), contents);
	await using writer = await store.write({algorithm});
	const tree = await importDirectory(system, writer, path.join(folder, name));
	const digest = writer.addImage(writeImage(tree.root, {flavour: 'rs', version: 1}));
	await writer.commit();
	return digest;
}

async function find(store: Store, contents: ReadonlyMap<Digest, number>) {
	await using writer = await store.write();
	return Object.fromEntries(await writer.contents.find(contents));
}

function indexed({path: folder}: Store): string[] {
	const index = new ContentIndex(contentIndexPath(storeLayout(folder), 'sha256'), 'sha256');
	return index
		.lines()
		.map((line) => line.verityDigest)
		.toArray()
		.sort();
}

const verityDigests = (...contents: readonly Buffer[]) =>
	contents.map((bytes) => verityDigest(bytes, 'sha256')).sort();

test('are found where they are: objects, and tiny ones in images', async ({store}) => {
	assert.equal(await find(store, wanted(files.one, files.large, files.tiny, content(500, 9))), {
		[digestOf(files.one)]: stored(files.one),
		[digestOf(files.large)]: stored(files.large),
		[digestOf(files.tiny)]: {inline: files.tiny},
	});
});

test('are hashed when somebody looks for one of their size, and only once', async ({store}) => {
	assert.equal(filesBelow(store.path).includes('content-index-sha256'), false);
	await find(store, wanted(content(500, 9)));
	assert.equal(indexed(store), verityDigests(files.one, files.two));
	await find(store, wanted(files.three, files.one));
	assert.equal(indexed(store), verityDigests(files.one, files.two, files.three));
	const before = readFileSync(contentIndexPath(storeLayout(store.path), 'sha256'));
	await find(store, wanted(files.three, files.one, files.two));
	assert.equal(readFileSync(contentIndexPath(storeLayout(store.path), 'sha256')), before);
});

test('are found by several at once', async ({store}) => {
	await using writer = await store.write();
	const all = [files.one, files.two, files.three, files.large];
	const found = await Promise.all(all.map((bytes) => writer.contents.find(wanted(bytes))));
	assert.equal(
		found.map((one) => [...one.values()]),
		all.map((bytes) => [stored(bytes)]),
	);
	assert.equal(indexed(store), verityDigests(...all));
});

test('are not found under another size, or when they are gone', async ({store}) => {
	const {one, tiny} = files;
	await find(store, wanted(one));
	assert.equal(await find(store, new Map([[digestOf(one), 501]])), {});
	assert.equal(await find(store, new Map([[digestOf(tiny), 5]])), {});
	rmSync(store.objectPath(verityDigest(one, 'sha256')));
	assert.equal(await find(store, wanted(one)), {});
});

for (const moment of ['before', 'after'])
	test(`are not found in an object that was damaged ${moment} it was indexed, but written anew`, async ({
		store,
	}) => {
		const object = store.objectPath(verityDigest(files.one, 'sha256'));
		if (moment === 'after') await find(store, wanted(files.one));
		writeFileSync(object, files.two);
		{
			await using writer = await store.write();
			assert.equal([...(await writer.contents.find(wanted(files.one)))], []);
			const target = writer.sink().begin(500);
			await target.write(files.one);
			const taken = await target.end();
			assert.equal(taken, stored(files.one));
			writer.contents.note(digestOf(files.one), taken);
			await writer.commit();
		}
		assert.is(checkedObjects(store.path).length, 4);
		assert.equal(await find(store, wanted(files.one)), {[digestOf(files.one)]: stored(files.one)});
	});

test('are taken from the kernel, which checks what has fs-verity', async ({folder}) => {
	const measured: string[] = [];
	const checking: System = {
		...system,
		measureVerity: (file) => {
			const [, folderName = '', name = ''] = /([0-9a-f]{2})\/([0-9a-f]+)$/.exec(file) ?? [];
			measured.push(folderName + name);
			return {algorithm: 'sha256', digest: folderName + name};
		},
	};
	const store = openStore(checking, path.join(folder, 'composefs'));
	await find(store, wanted(files.one));
	assert.equal(measured, []);
	await find(store, wanted(files.one));
	assert.equal(measured, verityDigests(files.one));
});

test('that were noted are known without being hashed again', async ({store}) => {
	const later = content(900, 8);
	{
		await using writer = await store.write();
		const target = writer.sink().begin(later.length);
		await target.write(later);
		writer.contents.note(digestOf(later), await target.end());
		writer.contents.note(digestOf(later, 'sha512'), stored(later));
		writer.contents.note(digestOf(files.tiny), {inline: files.tiny});
		await writer.commit();
	}
	assert.equal(indexed(store), verityDigests(later));
});

test('are not looked for among objects of another algorithm', async ({folder, store}) => {
	await addImage({folder, store}, 'other', {file: content(600, 7)}, 'sha512');
	assert.equal(await find(store, wanted(content(600, 7))), {});
	await using writer = await store.write({algorithm: 'sha512'});
	const found = await writer.contents.find(wanted(content(600, 7), files.one));
	assert.equal([...found.values()], [{verityDigest: verityDigest(content(600, 7), 'sha512')}]);
});

test('are found although an image is damaged', async ({store, image}) => {
	writeFileSync(store.imagePath(image), 'x');
	assert.equal(await find(store, wanted(files.tiny, files.one)), {
		[digestOf(files.one)]: stored(files.one),
	});
});

test('leave the index with their objects', async ({folder, store, image}) => {
	await find(store, wanted(files.one, files.two, files.large));
	await addImage({folder, store}, 'other', {one: files.one, more: content(800)});
	await store.collectGarbage({keepImages: new Set([image])});
	assert.equal(indexed(store), verityDigests(files.one, files.two, files.large));
	const one = await addImage({folder, store}, 'another', {one: files.one});
	await store.collectGarbage({keepImages: new Set([one])});
	assert.equal(indexed(store), verityDigests(files.one));
	assert.equal(filesBelow(path.join(store.path, 'unfinished')), []);
});

test('are looked for only where there is something', async ({folder, store}) => {
	const empty = createStore(system, path.join(folder, 'empty'));
	for (const [place, isEmpty] of [
		[store, false],
		[empty, true],
	] as const) {
		await using writer = await place.write();
		assert.is(writer.contents.isEmpty, isEmpty);
	}
});

test.run();
