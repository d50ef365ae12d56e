import {
	closeSync,
	openSync,
	readFileSync,
	rmSync,
	truncateSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {writeImage} from '../../../engine/erofs/writer.ts';
import type {Digest} from '../../../engine/oci/digest.ts';
import type {ProgressEvent} from '../../../engine/progress.ts';
import {importDirectory} from '../../../engine/store/import-directory.ts';
import {createStore, type Store} from '../../../engine/store/store.ts';
import type {StoreReport} from '../../../engine/store/verify.ts';
import type {System} from '../../../engine/system/system.ts';
import {content, filesBelow, makeFolder, unsyncedSystem as system, writeTree} from './fixture.ts';
import {recordPath} from './record-bytes.ts';

interface Context {
	folder: string;
	source: string;
	store: Store;
	/** Digests of two images: `old` has shared and old.so, `new` shared and new.so. */
	images: {old: string; new: string};
}

const test = suite<Context>('verify');

test.before.each(async (context) => {
	context.folder = makeFolder();
	context.source = path.join(context.folder, 'source');
	context.store = createStore(system, path.join(context.folder, 'composefs'));
	context.images = {
		old: await addImage(context, {shared: content(500, 1), 'old.so': content(600, 2)}),
		new: await addImage(context, {shared: content(500, 1), 'new.so': content(700, 3)}),
	};
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

async function addImage(
	{folder, store}: Context,
	files: Readonly<Record<string, Buffer>>,
): Promise<string> {
	const root = path.join(folder, `root-${filesBelow(folder).length}`);
	writeTree(root, files);
	await using writer = await store.write();
	const tree = await importDirectory(system, writer, root);
	const digest = writer.addImage(writeImage(tree.root, {flavour: 'rs', version: 1}));
	await writer.commit();
	return digest;
}

/** The object of this size. */
function objectOfSize(store: Store, size: number): {digest: string; file: string} {
	const objects = path.join(store.path, 'objects');
	const name = filesBelow(objects).find(
		(name) => readFileSync(path.join(objects, name)).length === size,
	);
	if (name === undefined) throw new Error(`no object of ${size} bytes`);
	return {digest: name.replace('/', ''), file: path.join(objects, name)};
}

function flipByte(file: string, at: number): void {
	const byte = readFileSync(file)[at] ?? 0;
	const fd = openSync(file, 'r+');
	writeSync(fd, Buffer.from([byte ^ 1]), 0, 1, at);
	closeSync(fd);
}

function problemsOf({problems}: StoreReport): string[] {
	return problems.map(
		({kind, subject, verityDigest, images, deployments}) =>
			`${kind} ${subject} ${verityDigest}: ${images.length} images, ${deployments.join()}`,
	);
}

test('finds nothing wrong with what was just stored', async ({store}) => {
	const report = await store.verify();
	const names = filesBelow(store.path).filter((name) => /^(objects|images)\//.test(name));
	assert.equal(report, {
		objects: 3,
		images: 2,
		layers: 0,
		bytes: names.reduce((sum, name) => sum + readFileSync(path.join(store.path, name)).length, 0),
		problems: [],
		withoutVerity: report.withoutVerity,
		unusableLayers: [],
	});
});

test('names an object with one flipped bit, and the deployments that use it', async ({
	store,
	images,
}) => {
	const {digest, file} = objectOfSize(store, 500);
	flipByte(file, 499);
	const deployments = new Map([
		[images.old, ['3f2a', '77aa']],
		[images.new, ['9c1b']],
	]);
	const report = await store.verify({deployments});
	assert.equal(report.problems, [
		{
			kind: 'damaged',
			subject: 'object',
			verityDigest: digest,
			path: file,
			images: [images.old, images.new].sort(),
			deployments: [images.old, images.new].sort().flatMap((image) => deployments.get(image) ?? []),
		},
	]);
});

test('names objects that are cut off, emptied or gone', async ({store, images}) => {
	const cut = objectOfSize(store, 500);
	const emptied = objectOfSize(store, 600);
	const gone = objectOfSize(store, 700);
	truncateSync(cut.file, 10);
	truncateSync(emptied.file, 0);
	rmSync(gone.file);
	const report = await store.verify({deployments: new Map([[images.old, ['3f2a']]])});
	assert.equal(
		problemsOf(report).sort(),
		[
			`damaged object ${cut.digest}: 2 images, 3f2a`,
			`damaged object ${emptied.digest}: 1 images, 3f2a`,
			`missing object ${gone.digest}: 1 images, `,
		].sort(),
	);
});

test('names images that are damaged or gone', async ({store, images}) => {
	flipByte(store.imagePath(images.old), 2000);
	rmSync(store.imagePath(images.new));
	const deployments = new Map([
		[images.old, ['3f2a']],
		[images.new, ['9c1b']],
	]);
	assert.equal(problemsOf(await store.verify({deployments})), [
		`damaged image ${images.old}: 1 images, 3f2a`,
		`missing image ${images.new}: 1 images, 9c1b`,
	]);
});

test('tells of a damaged object that nothing uses', async ({store}) => {
	await using writer = await store.write();
	const target = writer.sink().begin(900);
	await target.write(content(900));
	await target.end();
	await writer.commit();
	const {digest, file} = objectOfSize(store, 900);
	flipByte(file, 0);
	assert.equal(problemsOf(await store.verify()), [`damaged object ${digest}: 0 images, `]);
});

const layers: readonly [Digest, Digest] = [
	`sha256:${'01'.repeat(32)}`,
	`sha256:${'02'.repeat(32)}`,
];

/** Two layers with one content each: 500 bytes, which images have too, and 900. */
async function addLayers(store: Store): Promise<void> {
	await using writer = await store.write();
	for (const [index, diffId] of layers.entries()) {
		const bytes = content([500, 900][index] ?? 0, 1);
		const recording = writer.recordLayer(diffId);
		const target = recording.sink.begin(bytes.length);
		await target.write(bytes);
		await target.end();
		recording.end();
	}
	await writer.commit();
}

test('counts records of layers, and finds nothing wrong with them', async ({store}) => {
	const {bytes} = await store.verify();
	await addLayers(store);
	const report = await store.verify();
	assert.equal([report.layers, report.unusableLayers, report.problems], [2, [], []]);
	assert.is(report.bytes, bytes + 900);
});

test('names a record that is damaged', async ({store}) => {
	await addLayers(store);
	const file = recordPath(store, layers[1]);
	flipByte(file, 100);
	const {problems, unusableLayers} = await store.verify();
	assert.equal(problems, []);
	assert.equal(unusableLayers, [{kind: 'damaged', diffId: layers[1], path: file, objects: []}]);
});

test('names the layers that lack an object, which is no problem of what runs', async ({store}) => {
	await addLayers(store);
	const [own, both] = [objectOfSize(store, 900), objectOfSize(store, 500)];
	rmSync(own.file);
	truncateSync(both.file, 499);
	const report = await store.verify();
	assert.equal(problemsOf(report), [`damaged object ${both.digest}: 2 images, `]);
	assert.equal(
		report.unusableLayers,
		[both, own].map(({digest}, index) => {
			const diffId = layers[index] ?? layers[0];
			const file = recordPath(store, diffId);
			return {kind: 'incomplete', diffId, path: file, objects: [digest]};
		}),
	);
});

test('takes no other file for an object or image', async ({store}) => {
	writeFileSync(path.join(store.path, 'images/README'), 'x');
	writeFileSync(path.join(store.path, 'objects/README'), 'x');
	assert.equal((await store.verify()).problems, []);
});

/** The store on a file system of which only such files have fs-verity. */
function storeWithVerity(folder: string, hasVerity: (file: string) => boolean): Store {
	const some: System = {
		...system,
		measureVerity: (file) => (hasVerity(file) ? {algorithm: 'sha256', digest: ''} : undefined),
	};
	return createStore(some, path.join(folder, 'composefs'));
}

test('names what has no fs-verity where other files have it', async ({folder, images}) => {
	const store = storeWithVerity(folder, (file) => !file.includes('/images/'));
	const deployments = new Map([[images.old, ['3f2a']]]);
	const {problems, withoutVerity} = await store.verify({deployments});
	const inOrder = [images.old, images.new].sort();
	assert.equal(
		withoutVerity,
		inOrder.map((digest) => store.imagePath(digest)),
	);
	assert.equal(
		problems,
		inOrder.map((digest) => ({
			kind: 'unprotected',
			subject: 'image',
			verityDigest: digest,
			path: store.imagePath(digest),
			images: [digest],
			deployments: deployments.get(digest) ?? [],
		})),
	);
});

test('names all that has no fs-verity where the kernel demands it', async ({folder}) => {
	const store = storeWithVerity(folder, () => false);
	const {problems, withoutVerity} = await store.verify({verityRequired: true});
	assert.equal(
		problems.map(({kind, path}) => [kind, path]),
		withoutVerity.map((file) => ['unprotected', file]),
	);
	assert.is(problems.length, 5);
});

test('only lists what has no fs-verity where nothing has it', async ({folder}) => {
	const {problems, withoutVerity} = await storeWithVerity(folder, () => false).verify();
	assert.equal([problems.length, withoutVerity.length], [0, 5]);
});

test('asks nothing more of what is damaged', async ({folder, store}) => {
	const {digest, file} = objectOfSize(store, 500);
	flipByte(file, 0);
	const report = await storeWithVerity(folder, (one) => one !== file).verify();
	assert.equal(problemsOf(report), [`damaged object ${digest}: 2 images, `]);
	assert.equal(report.withoutVerity, []);
});

test('reports how much is read, up to all of it', async ({store}) => {
	const events: ProgressEvent[] = [];
	const {bytes} = await store.verify({progress: (event) => events.push(event)});
	assert.equal(events, [
		{
			type: 'step',
			step: 'verify',
			title: 'Reading objects and images',
			total: bytes,
			unit: 'bytes',
		},
		{type: 'advance', step: 'verify', done: bytes},
		{type: 'done', step: 'verify'},
	]);
});

test.run();
