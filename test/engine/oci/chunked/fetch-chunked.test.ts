import {cpSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {verityDigest} from '../../../../engine/erofs/fs-verity.ts';
import {Refused} from '../../../../engine/errors.ts';
import type {ImageLayer} from '../../../../engine/oci/image.ts';
import {digestOf} from '../../../../engine/oci/verified.ts';
import type {ProgressEvent} from '../../../../engine/progress.ts';
import {createStore, openStore, type Store} from '../../../../engine/store/store.ts';
import {checkedObjects, filesBelow, unsyncedSystem as system} from '../../store/fixture.ts';
import {listTree} from '../list-tree.ts';
import type {SeenRequest} from '../registry/fake-registry.ts';
import {chunkedLayer, type Twist} from './chunked-layer.ts';
import {
	changed,
	failedPull,
	fileOf,
	fixtureLayer,
	noise,
	type Origin,
	pull,
	rangesOf,
	serve,
	treeOf,
	versionOne,
	versionTwo,
} from './pulls.ts';

interface Context {
	folder: string;
	/** Has version one. */
	prepared: string;
	store: Store;
}

const test = suite<Context>('pull of zstd:chunked layers');

test.before(async (context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-chunked-'));
	context.prepared = path.join(context.folder, 'prepared');
	using origin = await serve([chunkedLayer(versionOne)]);
	await pull(createStore(system, context.prepared), origin.image);
});
test.before.each((context) => {
	const place = path.join(context.folder, 'composefs');
	cpSync(context.prepared, place, {recursive: true});
	context.store = openStore(system, place);
});
test.after.each(({store}) => rmSync(store.path, {recursive: true}));
test.after(({folder}) => rmSync(folder, {recursive: true}));

const two = chunkedLayer(versionTwo);
const frames = (...names: string[]) =>
	names.reduce((sum, name) => sum + (two.frameSizes.get(name) ?? 0), 0);
/** Of what changed, and the two documents. */
const twoSize = two.documentSize + frames('usr/bin/app', 'usr/small');

/** The image is in the store as it is in the registry. */
async function checkStored(store: Store, origin: Origin, root: Parameters<typeof listTree>[0]) {
	assert.equal(listTree(root), await treeOf(origin));
	for (const {diffId} of origin.image.layers) {
		const tar = Array.from(store.rebuildLayer(diffId), (piece) => Buffer.from(piece));
		assert.is(digestOf(Buffer.concat(tar)), diffId);
	}
	assert.equal((await store.verify()).problems, []);
}

test('fetch of the next version, as skopeo wrote it, only what changed', async ({folder}) => {
	const store = createStore(system, path.join(folder, 'skopeo'));
	using first = await serve([fixtureLayer('v1')]);
	await pull(store, first.image);
	using origin = await serve([fixtureLayer('v2')]);
	const {image, registry} = origin;
	const pulled = await pull(store, image);
	// Both documents in one request; then both files, between which there is next to nothing.
	assert.equal(rangesOf(registry), ['bytes=16096-18100', 'bytes=99-15992']);
	const bytes = 2005 + 15_894;
	assert.equal([pulled.bytesFetched, registry.sentBytes], [bytes, bytes]);
	const changedBytes = 120 - 99 + (15_993 - 727);
	assert.ok(bytes <= 1.1 * (changedBytes + 956 + 1041));
	await checkStored(store, origin, pulled.root);
});

test('fetch files of a hundred kilobytes out of a layer of some megabytes', async ({store}) => {
	using origin = await serve([two]);
	const {image, registry} = origin;
	const pulled = await pull(store, image);
	assert.is(registry.sentBytes, pulled.bytesFetched);
	assert.ok(pulled.bytesFetched <= 1.1 * twoSize, `${pulled.bytesFetched} for ${twoSize}`);
	assert.is(rangesOf(registry).length, 3);
	assert.equal([pulled.layersFetched, pulled.layersKnown], [1, 1]);
	await checkStored(store, origin, pulled.root);
	// All of it is known now, and by its next version too.
	assert.is((await pull(store, image)).bytesFetched, 0);
});

test('fetch nothing but the two documents where no content is new', async ({store}) => {
	const later = versionOne.map((entry) => ({...entry, mtime: '00000000777'}));
	const layer = chunkedLayer(later);
	using origin = await serve([layer]);
	const pulled = await pull(store, origin.image);
	assert.equal(pulled.bytesFetched, layer.documentSize + 8);
	await checkStored(store, origin, pulled.root);
});

test('fetch as little where an image is there that brought no records of layers', async ({
	store,
}) => {
	rmSync(path.join(store.path, 'layers'), {recursive: true});
	using origin = await serve([two]);
	const pulled = await pull(store, origin.image);
	const other = origin.image.layers[0]?.size ?? 0;
	assert.ok(pulled.bytesFetched - other <= 1.1 * twoSize);
	await checkStored(store, origin, pulled.root);
});

test('come whole and without further ado into an empty store', async ({folder}) => {
	const store = createStore(system, path.join(folder, 'empty'));
	using origin = await serve([two]);
	const pulled = await pull(store, origin.image);
	assert.equal(rangesOf(origin.registry), ['all', 'all']);
	await checkStored(store, origin, pulled.root);
});

test('come whole where hardly anything of them is there', async ({store}) => {
	const entries = versionOne.map((entry, index) =>
		entry.content && entry.name !== 'usr/last'
			? fileOf(entry.name ?? '', noise(entry.content.length, 100 + index))
			: entry,
	);
	using origin = await serve([chunkedLayer(entries)]);
	const events: ProgressEvent[] = [];
	const pulled = await pull(store, origin.image, {progress: (event) => events.push(event)});
	assert.is(rangesOf(origin.registry).at(-1), 'all');
	assert.not(events.some(({type}) => type === 'warning'));
	await checkStored(store, origin, pulled.root);
});

test('fetch a content once that several files have, and large ones as a stream', async ({
	store,
}) => {
	const content = noise(2 << 20, 21);
	const entries = [...versionOne, fileOf('usr/a', content), fileOf('usr/b', content, 1 << 20)];
	const layer = chunkedLayer(entries);
	using origin = await serve([layer]);
	const {bytesFetched, root} = await pull(store, origin.image);
	const once = layer.documentSize + (layer.frameSizes.get('usr/a') ?? 0);
	assert.ok(bytesFetched <= 1.01 * once, `${bytesFetched} for ${once}`);
	await checkStored(store, origin, root);
});

test('report how far they are in bytes of the layers, spared ones included', async ({store}) => {
	using origin = await serve([two]);
	const events: ProgressEvent[] = [];
	await pull(store, origin.image, {progress: (event) => events.push(event)});
	const total = origin.image.layers[1]?.size ?? 0;
	const step = 'layers';
	assert.equal(events.at(0), {
		...{type: 'step', step, title: 'Fetching the image', total, unit: 'bytes'},
	});
	const done = events.flatMap((event) => (event.type === 'advance' ? event.done : []));
	assert.equal(
		done,
		done.toSorted((a, b) => a - b),
	);
	assert.is(done.at(-1), total);
});

test('go on where a connection broke, and send nothing twice', async ({store}) => {
	const entries = changed({'usr/bin/app': noise(95_000, 31), 'usr/large': noise(3 << 20, 32)});
	const layer = chunkedLayer([...entries, fileOf('usr/new', noise(300_000, 33))]);
	let broken = 0;
	const onRequest = ({headers}: SeenRequest) =>
		headers.range !== undefined && broken++ % 2 === 0 ? {dropAfter: 40_000} : undefined;
	using origin = await serve([layer], onRequest);
	const {root} = await pull(store, origin.image);
	assert.ok(broken > 3);
	assert.ok(origin.registry.sentBytes <= 1.1 * (origin.image.layers[1]?.size ?? 0));
	await checkStored(store, origin, root);
});

test('write an object anew that is not what its name says', async ({store}) => {
	const kept = store.objectPath(verityDigest(noise(200_000, 3), 'sha256'));
	writeFileSync(kept, noise(200_000, 99));
	const later = versionOne.map((entry) => ({...entry, mtime: '00000000777'}));
	using origin = await serve([chunkedLayer(later)]);
	const {root, bytesFetched} = await pull(store, origin.image);
	assert.ok(bytesFetched > 200_000);
	await checkStored(store, origin, root);
	checkedObjects(store.path);
});

test('need room for what is missing, not for all that they are', async ({store}) => {
	using origin = await serve([two]);
	const {image} = origin;
	const [base, layer] = image.layers as [ImageLayer, ImageLayer];
	const huge = {...layer, size: 2 ** 50};
	const {bytesFetched} = await pull(store, {...image, layers: [base, huge]});
	assert.ok(bytesFetched <= 1.1 * twoSize);
});

test('are refused when they come whole after all and there is no room for that', async ({
	store,
}) => {
	using origin = await serve([
		chunkedLayer(versionTwo, {document: (toc) => ({...toc, version: 2})}),
	]);
	const {image, registry} = origin;
	const [base, layer] = image.layers as [ImageLayer, ImageLayer];
	const error = await failedPull(store, {...image, layers: [base, {...layer, size: 2 ** 50}]});
	assert.instance(error, Refused);
	assert.is(error.code, 'no-room');
	assert.is(rangesOf(registry).length, 1);
});

const prefix = 'io.github.containers.zstd-chunked';
const annotated = (name: string, value: string): Twist => ({
	annotations: (annotations) => ({...annotations, [`${prefix}.${name}`]: value}),
});

const wholes: readonly (readonly [title: string, twist: Twist, reason: string | undefined])[] = [
	[
		'without a tar-split',
		{
			annotations: ({[`${prefix}.tarsplit-position`]: _, ...others}) => others,
		},
		undefined,
	],
	[
		'whose annotations are no numbers',
		annotated('manifest-position', '10:abc:10:1'),
		'its annotations do not say where its table of contents is',
	],
	[
		'whose table of contents would be behind its end',
		annotated('manifest-position', '10000000:10:10:1'),
		'its annotations do not say where its table of contents is',
	],
	[
		'whose table of contents has no digest',
		annotated('manifest-checksum', 'md5:abc'),
		'its annotations do not say where its table of contents is',
	],
	[
		'whose table of contents is of another type',
		annotated('manifest-position', '10:10:10:2'),
		'its table of contents is of type 2',
	],
	[
		'whose table of contents claims gigabytes',
		annotated('manifest-position', '10:10:9000000000:1'),
		'its table of contents is too large',
	],
	[
		'whose tar-split claims gigabytes',
		annotated('tarsplit-position', '30:10:9000000000'),
		'its table of contents is too large',
	],
	[
		'whose documents overlap',
		{
			annotations: (annotations) => ({
				...annotations,
				[`${prefix}.manifest-position`]: '10:10:10:1',
				[`${prefix}.tarsplit-position`]: '19:10:10',
			}),
		},
		'its table of contents and its tar-split overlap',
	],
	[
		'with a table of contents of a later version',
		{document: (toc) => ({...toc, version: 2})},
		'its table of contents has the version 2, not 1',
	],
	[
		'whose tar-split has no digest',
		{document: ({tarSplitDigest: _, ...toc}) => toc},
		'its table of contents has no digest of the tar-split',
	],
];
for (const [title, twist, reason] of wholes)
	test(`come whole when one ${title}`, async ({store}) => {
		using origin = await serve([chunkedLayer(versionTwo, twist)]);
		const {image, registry} = origin;
		const events: ProgressEvent[] = [];
		const {root} = await pull(store, image, {progress: (event) => events.push(event)});
		assert.is(rangesOf(registry).at(-1), 'all');
		const warnings = events.filter(({type}) => type === 'warning');
		const message = `layer ${image.layers[1]?.descriptor?.digest} is fetched whole: ${reason}`;
		const told = {type: 'warning', code: 'layer-fetched-whole', message};
		assert.equal(warnings, reason === undefined ? [] : [told]);
		await checkStored(store, origin, root);
	});

test('come whole when a whiteout has a content', async ({store}) => {
	const entries = [...versionTwo, fileOf('usr/.wh.gone', 'odd')];
	using origin = await serve([chunkedLayer(entries)]);
	const {root} = await pull(store, origin.image);
	assert.is(rangesOf(origin.registry).at(-1), 'all');
	await checkStored(store, origin, root);
});

for (const [title, fault, reason] of [
	['knows no ranges', {ignoreRange: true}, 'H gives blobs as a whole only'],
	['refuses ranges', {status: 416}, 'H refuses bytes='],
	['gives other ranges', {status: 206, headers: {'content-range': 'x'}}, 'H answers with a part'],
] as const)
	test(`come whole from a server that ${title}`, async ({store}) => {
		using origin = await serve([two], ({headers}) => (headers.range ? fault : undefined));
		const {image, registry} = origin;
		const events: ProgressEvent[] = [];
		const {root} = await pull(store, image, {progress: (event) => events.push(event)});
		assert.equal(rangesOf(registry).slice(1), ['all']);
		const told = events.flatMap((event) => (event.type === 'warning' ? event.message : []));
		assert.is(told.length, 1);
		const start = `layer ${image.layers[1]?.descriptor?.digest} is fetched whole: ${reason}`;
		assert.ok(told[0]?.replace(registry.host, 'H').startsWith(start), told[0]);
		await checkStored(store, origin, root);
	});

test('may have names that are no text', async ({store}) => {
	// A character that is cut off, of which JSON has as many replacements as its writer likes.
	const names = ['usr/\xc3\xbc', 'usr/\xe2\x82', './usr/dot', '/usr/slash'];
	const entries = [...versionOne, ...names.map((name) => fileOf(name, noise(9000, name.length)))];
	const toc = (listed: Record<string, unknown>[]) =>
		listed.map((entry) => {
			if (entry.name === names[0]) return {...entry, name: 'usr/ü'};
			return entry.name === names[1] ? {...entry, name: 'usr/\ufffd\ufffd'} : entry;
		});
	using origin = await serve([chunkedLayer(entries, {toc})]);
	const {root} = await pull(store, origin.image);
	assert.not(rangesOf(origin.registry).includes('all'));
	await checkStored(store, origin, root);
});

test('leave nothing behind when they are called off', async ({store}) => {
	const entries = changed({'usr/large': noise(3 << 20, 41)});
	using origin = await serve([chunkedLayer([...entries, fileOf('usr/new', noise(9000, 42))])]);
	const stop = new AbortController();
	const reason = new Error('enough');
	let advances = 0;
	const progress = ({type}: ProgressEvent) => {
		if (type === 'advance' && ++advances === 5) stop.abort(reason);
	};
	const before = filesBelow(store.path);
	assert.is(await failedPull(store, origin.image, {signal: stop.signal, progress}), reason);
	const after = filesBelow(store.path);
	assert.equal(
		after.filter((name) => !before.includes(name)),
		['content-index-sha256'],
	);
});

test.run();
