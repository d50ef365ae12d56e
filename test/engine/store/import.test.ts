import {
	existsSync,
	linkSync,
	mkdirSync,
	readFileSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {verityDigest} from '../../../engine/erofs/fs-verity.ts';
import {type EngineError, Lacking, OperationFailed} from '../../../engine/errors.ts';
import type {ProgressEvent} from '../../../engine/progress.ts';
import {importDirectory} from '../../../engine/store/import-directory.ts';
import {createStore, openStore} from '../../../engine/store/store.ts';
import type {System} from '../../../engine/system/system.ts';
import {
	checkedObjects,
	content,
	filesBelow,
	makeFolder,
	unsyncedSystem as system,
	writeTree,
} from './fixture.ts';

const test = suite<{folder: string; source: string; store: string}>('import into a store');

test.before.each((context) => {
	context.folder = makeFolder();
	context.source = path.join(context.folder, 'source');
	context.store = path.join(context.folder, 'composefs');
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

/** Imports the source folder and gives the contents of its files as the tree names them. */
async function importSource(
	source: string,
	store: string,
	host: System = system,
): Promise<Record<string, string | undefined>> {
	await using writer = await createStore(host, store).write();
	const {files} = await importDirectory(host, writer, source);
	await writer.commit();
	return Object.fromEntries(
		files.map(({path: file, inode}) => [
			path.relative(source, file),
			inode.inline?.toString() ?? inode.verityDigest,
		]),
	);
}

test('stores each content once, under its digest, and leaves small ones to the image', async ({
	source,
	store,
}) => {
	const large = content(100_000);
	writeTree(source, {
		empty: '',
		'limit-of-inline': 'i'.repeat(64),
		'first-object': 'o'.repeat(65),
		'usr/bin/large': large,
		'usr/bin/same': large,
	});
	linkSync(path.join(source, 'first-object'), path.join(source, 'linked'));
	const objects = [verityDigest(Buffer.alloc(65, 'o'), 'sha256'), verityDigest(large, 'sha256')];
	const contents = await importSource(source, store);
	// One of two names of an inode stands for both.
	const linkName = 'linked' in contents ? 'linked' : 'first-object';
	assert.equal(contents, {
		'limit-of-inline': 'i'.repeat(64),
		[linkName]: objects[0],
		'usr/bin/large': objects[1],
		'usr/bin/same': objects[1],
	});
	assert.equal(checkedObjects(store), objects.sort());
	assert.equal(filesBelow(store), [
		'lock',
		...objects.map((digest) => `objects/${digest.slice(0, 2)}/${digest.slice(2)}`),
	]);
});

test('stores many files and some larger than a buffer', async ({source, store}) => {
	const files = Object.fromEntries(
		Array.from({length: 1000}, (_, number) => [
			`${number % 30}/${number}`,
			content(100 + number, number),
		]),
	);
	writeTree(source, {
		...files,
		large: content(9_000_001, 1),
		'exactly-one-buffer': content(4 << 20, 2),
	});
	const contents = await importSource(source, store);
	for (const [name, bytes] of Object.entries(files))
		assert.is(contents[name], verityDigest(bytes, 'sha256'));
	assert.is(checkedObjects(store).length, 1002);
});

test('names objects by SHA-512 when asked', async ({source, store}) => {
	writeTree(source, {file: content(5000)});
	await using writer = await createStore(system, store).write({algorithm: 'sha512'});
	await importDirectory(system, writer, source);
	await writer.commit();
	assert.equal(checkedObjects(store, 'sha512'), [verityDigest(content(5000), 'sha512')]);
});

test('does not write again what the store has', async ({source, store}) => {
	writeTree(source, {file: content(5000), large: content(5 << 20)});
	const contents = await importSource(source, store);
	const paths = Object.values(contents).map((digest) =>
		openStore(system, store).objectPath(digest ?? ''),
	);
	const inodes = () => paths.map((file) => statSync(file).ino);
	const before = inodes();
	writeTree(source, {another: content(5000, 1)});
	await importSource(source, store);
	assert.equal(inodes(), before);
	assert.is(checkedObjects(store).length, 3);
});

test('replaces an object that has lost its end', async ({source, store}) => {
	writeTree(source, {file: content(5000)});
	const {file: digest = ''} = await importSource(source, store);
	truncateSync(openStore(system, store).objectPath(digest), 100);
	await importSource(source, store);
	assert.equal(checkedObjects(store), [digest]);
});

test('shows nothing of what was not committed, and removes it', async ({source, store}) => {
	writeTree(source, {file: content(5000)});
	{
		await using writer = await createStore(system, store).write();
		await importDirectory(system, writer, source);
		writer.addImage(content(8192));
		assert.equal(filesBelow(path.join(store, 'objects')), []);
		assert.is(filesBelow(path.join(store, 'unfinished')).length, 2);
	}
	assert.equal(filesBelow(store), ['lock']);
});

test('clears away what a killed writer left', async ({source, store}) => {
	createStore(system, store);
	const left = path.join(store, 'unfinished/ab');
	mkdirSync(left);
	writeFileSync(path.join(left, 'cdef'), 'half of somethi');
	writeTree(source, {file: content(5000)});
	await importSource(source, store);
	assert.equal(filesBelow(path.join(store, 'unfinished')), []);
});

test('writes into a store that was made with nothing but objects and images', async ({
	source,
	store,
}) => {
	for (const folder of ['objects', 'images'])
		mkdirSync(path.join(store, folder), {recursive: true});
	writeTree(source, {file: content(5000)});
	await using writer = await openStore(system, store).write();
	await importDirectory(system, writer, source);
	await writer.commit();
	assert.is(checkedObjects(store).length, 1);
});

test('lets one writer in at a time', async ({store}) => {
	const opened = createStore(system, store);
	const first = await opened.write();
	const order: string[] = [];
	const second = opened.write().then(async (writer) => {
		order.push('second');
		await writer[Symbol.asyncDispose]();
	});
	order.push('first');
	await first[Symbol.asyncDispose]();
	await second;
	assert.equal(order, ['first', 'second']);
});

test('writes back contents, then names objects, then images', async ({source, store}) => {
	writeTree(source, {file: content(5000)});
	const image = content(8192);
	const imageFile = path.join(store, 'images', verityDigest(image, 'sha256'));
	const seen: string[] = [];
	const watching: System = {
		...system,
		syncFileSystem: (place) => {
			const objects = filesBelow(path.join(store, 'objects')).length;
			seen.push(`${objects} objects, image ${existsSync(imageFile) ? 'there' : 'not there'}`);
			system.syncFileSystem(place);
		},
	};
	await using writer = await createStore(watching, store).write();
	await importDirectory(watching, writer, source);
	assert.is(writer.addImage(image), path.basename(imageFile));
	await writer.commit();
	assert.equal(seen, [
		'0 objects, image not there',
		'1 objects, image not there',
		'1 objects, image there',
	]);
	assert.equal(readFileSync(imageFile), image);
	assert.is(statSync(imageFile).mode & 0o7777, 0o644);
});

test('enables fs-verity on objects and images before they have their names', async ({
	source,
	store,
}) => {
	writeTree(source, {file: content(5000)});
	const enabled: string[] = [];
	const verity: System = {
		...system,
		enableVerity: () => {},
		enableVerityOnAll: async (files) => {
			for (const file of files)
				enabled.push(`${path.relative(store, file)} ${statSync(file).size}`);
		},
	};
	const digest = verityDigest(content(5000), 'sha256');
	const image = content(8192);
	const imageDigest = verityDigest(image, 'sha256');
	{
		await using writer = await createStore(verity, store).write();
		assert.is(writer.verity, 'enforced');
		await importDirectory(verity, writer, source);
		writer.addImage(image);
		await writer.commit();
	}
	const object = `${digest.slice(0, 2)}/${digest.slice(2)}`;
	assert.equal(enabled.splice(0), [
		`unfinished/${object} 5000`,
		`unfinished/image-${imageDigest} 8192`,
	]);

	// What was stored when the kernel could not has to get it too.
	await using writer = await createStore(verity, store).write();
	await importDirectory(verity, writer, source);
	writer.addImage(image);
	await writer.commit();
	assert.equal(enabled, [`objects/${object} 5000`, `images/${imageDigest} 8192`]);
});

test('says that fs-verity is not to be had, and stores all the same', async ({source, store}) => {
	writeTree(source, {file: content(5000)});
	const without: System = {
		...system,
		enableVerity: () => {
			throw new Lacking('no-fs-verity', 'none');
		},
		enableVerityOnAll: async () => assert.unreachable('it was enabled all the same'),
	};
	await using writer = await createStore(without, store).write();
	assert.is(writer.verity, 'unavailable');
	await importDirectory(without, writer, source);
	await writer.commit();
	assert.is(checkedObjects(store).length, 1);
});

test('refuses a file that changes while it is read, and commits nothing', async ({
	source,
	store,
}) => {
	writeTree(source, {good: content(5000), bad: content(6000)});
	for (const size of [5999, 6001, 5 << 20]) {
		await using writer = await createStore(system, store).write();
		const files = [
			{path: path.join(source, 'good'), size: 5000},
			{path: path.join(source, 'bad'), size},
		];
		const error = await writer.addFiles(files).then(
			() => assert.unreachable('it was taken in'),
			(error: unknown) => error,
		);
		assert.instance(error, OperationFailed);
		assert.is((error as EngineError).code, 'source-changed');
		assert.match(String(error), `"${source}/bad" is no longer ${size} bytes long`);
		await writer.commit().then(
			() => assert.unreachable('it was committed'),
			(error: EngineError) => assert.is(error.code, 'writer-broken'),
		);
	}
	assert.equal(filesBelow(store), ['lock']);
});

test('names the file that cannot be read', async ({source, store}) => {
	await using writer = await createStore(system, store).write();
	const error = await writer.addFiles([{path: `${source}/gone`, size: 100}]).then(
		() => assert.unreachable('it was taken in'),
		(error: unknown) => error,
	);
	assert.match(String(error), `"${source}/gone": Error: ENOENT`);
});

test('reports how many bytes are done, up to all of them', async ({source, store}) => {
	writeTree(source, {a: content(5 << 20), b: content(3 << 20), c: content(1000)});
	const events: ProgressEvent[] = [];
	await using writer = await createStore(system, store).write();
	await importDirectory(system, writer, source, {progress: (event) => events.push(event)});
	const total = (8 << 20) + 1000;
	assert.equal(events[0], {
		type: 'step',
		step: 'store',
		title: 'Storing files',
		total,
		unit: 'bytes',
	});
	const done = events.flatMap((event) => (event.type === 'advance' ? [event.done] : []));
	assert.equal(
		done,
		done.toSorted((a, b) => a - b),
	);
	assert.is(done.at(-1), total);
	assert.equal(events.at(-1), {type: 'done', step: 'store'});
});

test('keeps private objects from being found', ({store}) => {
	createStore(system, store);
	assert.is(statSync(store).mode & 0o7777, 0o700);
});

test('says so where no store is', ({folder}) => {
	assert.throws(
		() => openStore(system, folder),
		(error: unknown) => error instanceof OperationFailed && error.code === 'no-store',
	);
});

test.run();
