import {mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {verityDigest} from '../../../engine/erofs/fs-verity.ts';
import {readImage} from '../../../engine/erofs/reader.ts';
import {DamagedInput, type EngineError, Refused} from '../../../engine/errors.ts';
import {applyLayers} from '../../../engine/oci/apply-layers.ts';
import type {Image, ImageLayer} from '../../../engine/oci/image.ts';
import {layerContents} from '../../../engine/oci/layer-contents.ts';
import type {FetchOptions} from '../../../engine/oci/layer-fetcher.ts';
import {ociLayout} from '../../../engine/oci/layout.ts';
import {type PulledImage, pullImage} from '../../../engine/oci/pull-image.ts';
import type {ProgressEvent} from '../../../engine/progress.ts';
import {DigestSink} from '../../../engine/store/digest-sink.ts';
import {orNoRoom} from '../../../engine/store/room.ts';
import {createStore, type Store} from '../../../engine/store/store.ts';
import {deploymentImage} from '../../../engine/tree/transform.ts';
import {checkedObjects, content, filesBelow, unsyncedSystem as system} from '../store/fixture.ts';
import {recordPath, sealRecord, u32} from '../store/record-bytes.ts';
import type {RawFields} from '../tar/raw-header.ts';
import {Blobs, layoutFiles, tarOf, writeFiles} from './image-builder.ts';
import {listTree} from './list-tree.ts';
import {startRegistry} from './registry/fake-registry.ts';
import {amd64, sourceOf} from './registry/images.ts';

interface Context {
	folder: string;
	store: Store;
}

const test = suite<Context>('pull of an image');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-pull-'));
	context.store = createStore(system, path.join(context.folder, 'composefs'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const dir = (name: string): RawFields => ({name, typeflag: '5', mode: '0000755'});
const contexts = '/usr(/.*)? system_u:object_r:usr_t:s0\n/etc(/.*)? system_u:object_r:etc_t:s0\n';
const base = tarOf(
	[
		['etc/selinux/config', 'SELINUXTYPE=targeted\n'],
		['etc/selinux/targeted/contexts/files/file_contexts', contexts],
		['usr/lib/base.so', content(200_000, 1)],
		['usr/lib/large.so', content(3 << 20, 2)],
	],
	dir('boot/'),
	dir('sysroot/'),
);
const shared = tarOf([['usr/lib/shared.so', content(90_000, 3)]]);
const [appOne, appTwo] = [4, 5].map((number) =>
	tarOf([
		['usr/bin/app', content(70_000, number)],
		['usr/lib/.wh.base.so', ''],
		['usr/share/app/version', `${number}`],
	]),
) as [Buffer, Buffer];

/** The image, which writes down the layers that are read. */
interface WatchedImage extends Image {
	readonly opened: string[];
}

let layouts = 0;
async function imageOf(folder: string, ...tars: readonly Buffer[]): Promise<WatchedImage> {
	const blobs = new Blobs();
	const manifest = blobs.addImage({layers: tars.map((tar) => ({tar}))});
	const files = layoutFiles(blobs, [manifest]);
	const layout = writeFiles(path.join(folder, `layout-${layouts++}`), files);
	const image = await ociLayout(layout).open(amd64);
	const opened: string[] = [];
	const watched = (layer: ImageLayer): ImageLayer => ({
		...layer,
		open: () => {
			opened.push(layer.diffId);
			return layer.open();
		},
	});
	return {...image, layers: image.layers.map(watched), opened};
}

async function pull(store: Store, image: Image, options?: FetchOptions): Promise<PulledImage> {
	await using writer = await store.write();
	const pulled = await pullImage(image, writer, options);
	await orNoRoom(pulled.room, () => writer.commit());
	return pulled;
}

async function failedPull(
	store: Store,
	image: Image,
	options?: FetchOptions,
): Promise<EngineError> {
	const outcome = await pull(store, image, options).then(
		() => new Error('worked'),
		(error: unknown) => error,
	);
	return outcome as EngineError;
}

const diffIds = ({layers}: Image) => layers.map(({diffId}) => diffId);
const records = ({path: folder}: Store) => readdirSync(path.join(folder, 'layers')).sort();
const sizes = (layers: readonly ImageLayer[]) => layers.reduce((sum, {size}) => sum + size, 0);

test('makes the tree and the digest that its layers make, and reads each once', async ({
	folder,
	store,
}) => {
	const image = await imageOf(folder, base, shared, appOne);
	const events: ProgressEvent[] = [];
	const pulled = await pull(store, image, {progress: (event) => events.push(event)});
	assert.equal(image.opened.toSorted(), diffIds(image).toSorted());

	const root = await applyLayers(image, new DigestSink('sha256'));
	const readContent = layerContents(image, root, 'sha256');
	const deployed = await deploymentImage(root, 'sha256', readContent);
	assert.equal(listTree(pulled.root), listTree(root));
	assert.is(pulled.image.verityDigest, deployed.verityDigest);
	assert.equal(
		[pulled.layersFetched, pulled.layersKnown, pulled.bytesFetched],
		[3, 0, sizes(image.layers)],
	);

	assert.equal(filesBelow(path.join(store.path, 'images')), [deployed.verityDigest]);
	assert.equal(records(store), diffIds(image).toSorted());
	// file_contexts, base.so, which a whiteout hides, large.so, shared.so and app.
	assert.is(checkedObjects(store.path).length, 5);
	assert.equal((await store.verify()).problems, []);
	const step = 'layers';
	const total = sizes(image.layers);
	assert.equal(
		[events.at(0), events.at(-2), events.at(-1)],
		[
			{type: 'step', step, title: 'Fetching the image', total, unit: 'bytes'},
			{type: 'advance', step, done: total},
			{type: 'done', step},
		],
	);
});

test('labels what it deploys by the policy among the contents', async ({folder, store}) => {
	const {image} = await pull(store, await imageOf(folder, base));
	const {root} = readImage(image.bytes);
	const label = root.children.get('usr')?.xattrs?.get('security.selinux');
	assert.is(label?.toString(), 'system_u:object_r:usr_t:s0');
});

test('gives every content of the tree, committed or not', async ({folder, store}) => {
	const tar = tarOf(
		[
			['usr/empty', ''],
			['usr/small', 'small'],
			['usr/object', 'o'.repeat(65)],
		],
		dir('boot/'),
		dir('sysroot/'),
	);
	const image = await imageOf(folder, tar);
	await using writer = await store.write();
	const {root, readContent} = await pullImage(image, writer);
	const usr = root.children.get('usr');
	const contents = async () =>
		Promise.all(
			['empty', 'small', 'object'].map(async (name) => {
				const file = usr?.type === 'directory' ? usr.children.get(name) : undefined;
				return file?.type === 'file' ? String(await readContent(file)) : 'no file';
			}),
		);
	assert.equal(await contents(), ['', 'small', 'o'.repeat(65)]);
	await writer.commit();
	assert.equal(await contents(), ['', 'small', 'o'.repeat(65)]);
});

test('fetches nothing again', async ({folder, store}) => {
	const image = await imageOf(folder, base, shared, appOne);
	const first = await pull(store, image);
	image.opened.length = 0;
	const events: ProgressEvent[] = [];
	const again = await pull(store, image, {progress: (event) => events.push(event)});
	assert.equal([image.opened, events], [[], []]);
	assert.equal([again.layersFetched, again.layersKnown, again.bytesFetched], [0, 3, 0]);
	assert.equal(listTree(again.root), listTree(first.root));
	assert.equal(again.image.bytes, first.image.bytes);
});

test('fetches of the next version only the layer that is new', async ({folder, store}) => {
	const one = await imageOf(folder, base, shared, appOne);
	const two = await imageOf(folder, base, shared, appTwo);
	await pull(store, one);
	const pulled = await pull(store, two);
	assert.equal(two.opened, [diffIds(two)[2]]);
	assert.equal(
		[pulled.layersFetched, pulled.layersKnown, pulled.bytesFetched],
		[1, 2, two.layers[2]?.size],
	);
	const root = await applyLayers(two, new DigestSink('sha256'));
	assert.equal(listTree(pulled.root), listTree(root));
	assert.equal(records(store), [...new Set([...diffIds(one), ...diffIds(two)])].sort());
	// The app's content is all that came.
	assert.is(checkedObjects(store.path).length, 6);
});

test('takes known layers in any place, also below new ones', async ({folder, store}) => {
	await pull(store, await imageOf(folder, base, appOne));
	const other = await imageOf(folder, base, shared, appOne, appTwo);
	const pulled = await pull(store, other);
	assert.equal(other.opened.toSorted(), [diffIds(other)[1], diffIds(other)[3]].toSorted());
	const root = await applyLayers(other, new DigestSink('sha256'));
	assert.equal(listTree(pulled.root), listTree(root));
});

test('sends over the network what is missing, once', async ({store}) => {
	const blobs = new Blobs();
	const one = blobs.addImage({layers: [{tar: base}, {tar: appOne}]});
	const two = blobs.addImage({layers: [{tar: base}, {tar: appTwo}, {tar: shared}, {tar: shared}]});
	const registry = await startRegistry({blobs, tags: {1: one}});
	try {
		await pull(store, await sourceOf([registry.endpoint()]).open(amd64));
		const next = await startRegistry({blobs, tags: {1: two}});
		try {
			const image = await sourceOf([next.endpoint()]).open(amd64);
			const before = next.sentBytes;
			const {bytesFetched} = await pull(store, image);
			const missing = image.layers.slice(1, 3);
			assert.equal([bytesFetched, next.sentBytes - before], [sizes(missing), sizes(missing)]);
		} finally {
			next.close();
		}
	} finally {
		registry.close();
	}
});

test('fetches once a layer that the image has several times', async ({folder, store}) => {
	const image = await imageOf(folder, base, shared, appOne, shared, appTwo, shared);
	const pulled = await pull(store, image);
	assert.equal([pulled.layersFetched, pulled.layersKnown], [4, 2]);
	assert.is(image.opened.length, 4);
	const root = await applyLayers(image, new DigestSink('sha256'));
	assert.equal(listTree(pulled.root), listTree(root));
});

const sharedObject = (store: Store) => store.objectPath(verityDigest(content(90_000, 3), 'sha256'));

const harm: readonly (readonly [string, (store: Store, image: Image) => void])[] = [
	['an object of its is gone', (store) => rmSync(sharedObject(store))],
	['an object of its has lost its end', (store) => truncateSync(sharedObject(store), 10)],
	[
		'its record is damaged',
		(store, image) => truncateSync(recordPath(store, image.layers[1]?.diffId ?? 'sha256:'), 100),
	],
	[
		'its record has a right hash and is none of a layer',
		(store, image) => {
			const {diffId} = image.layers[1] ?? image.layers[0] ?? {diffId: 'sha256:'};
			const item = Buffer.concat([Buffer.from([1]), u32(512), Buffer.alloc(512, 'x')]);
			writeFileSync(recordPath(store, diffId), sealRecord(diffId, item));
		},
	],
];
for (const [title, damage] of harm)
	test(`fetches one layer again when ${title}`, async ({folder, store}) => {
		const image = await imageOf(folder, base, shared, appOne);
		const first = await pull(store, image);
		damage(store, image);
		image.opened.length = 0;
		const again = await pull(store, image);
		assert.equal(image.opened, [diffIds(image)[1]]);
		assert.equal(again.image.bytes, first.image.bytes);
		assert.is(checkedObjects(store.path).length, 5);
		image.opened.length = 0;
		await pull(store, image);
		assert.equal(image.opened, []);
	});

test('shows nothing when a layer is not what its diff ID says', async ({folder, store}) => {
	const image = await imageOf(folder, base, appOne);
	const [first, second] = image.layers as [ImageLayer, ImageLayer];
	const wrong = {...second, diffId: first.diffId.replace(/.$/, 'x') as typeof first.diffId};
	const error = await failedPull(store, {...image, layers: [first, wrong]});
	assert.instance(error, DamagedInput);
	assert.match(error.message, /^layer sha256:[0-9a-f]{64}: uncompressed layer .* has the digest/);
	assert.equal(filesBelow(store.path), ['lock']);
});

test('shows nothing of an image that makes no deployment', async ({folder, store}) => {
	const error = await failedPull(store, await imageOf(folder, shared));
	assert.instance(error, Refused);
	assert.is(error.code, 'no-boot');
	assert.equal(filesBelow(store.path), ['lock']);
});

test('stops when it is told to, and gives back the room', async ({folder, store}) => {
	const image = await imageOf(folder, base, shared, appOne);
	const stop = new AbortController();
	const reason = new Error('enough');
	const progress = (event: ProgressEvent) => {
		if (event.type === 'advance') stop.abort(reason);
	};
	assert.is(await failedPull(store, image, {signal: stop.signal, progress}), reason);
	assert.equal(filesBelow(store.path), ['lock']);
	image.opened.length = 0;
	assert.is(await failedPull(store, image, {signal: stop.signal}), reason);
	assert.equal(image.opened, []);
});

test('keeps what whole layers brought for another try of the same writer', async ({
	folder,
	store,
}) => {
	const image = await imageOf(folder, base, appOne);
	const [first, second] = image.layers as [ImageLayer, ImageLayer];
	let isDown = true;
	const flaky: ImageLayer = {
		...second,
		async *open() {
			if (isDown) throw new DamagedInput('gone');
			yield* second.open();
		},
	};
	await using writer = await store.write();
	const layers = [first, first, first, flaky];
	await pullImage({...image, layers}, writer).then(
		() => assert.unreachable('worked'),
		(error) => assert.match(error.message, /: gone$/),
	);
	isDown = false;
	const {layersFetched} = await pullImage({...image, layers}, writer);
	assert.is(layersFetched, 1);
});

test('is refused before anything is transferred when it cannot fit', async ({folder, store}) => {
	const image = await imageOf(folder, base, appOne);
	const [first, second] = image.layers as [ImageLayer, ImageLayer];
	const huge = {...second, size: 2 ** 50};
	const error = await failedPull(store, {...image, layers: [first, huge]});
	assert.instance(error, Refused);
	assert.is(error.code, 'no-room');
	const needed = Math.ceil((2 ** 50 + first.size) / 2 ** 20);
	const message = `^the image needs at least ${needed} MiB in ${store.path}, which has \\d+ MiB free$`;
	assert.match(error.message, new RegExp(message));
	assert.is(
		error.hint,
		'Delete a deployment that is not needed, run `slipway gc`, or make the file system larger.',
	);
	assert.equal(image.opened, []);
});

test('says what is needed and free when the disk is full in the middle', async ({
	folder,
	store,
}) => {
	const image = await imageOf(folder, base, appOne);
	const [first, second] = image.layers as [ImageLayer, ImageLayer];
	const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC'});
	const failing: ImageLayer = {
		...second,
		size: 100 << 20,
		open: () => ({[Symbol.asyncIterator]: () => ({next: () => Promise.reject(full)})}),
	};
	const error = await failedPull(store, {...image, layers: [first, failing]});
	assert.instance(error, Refused);
	assert.is(error.cause, full);
	const [, needed, free] =
		/at least (\d+) MiB in .*, which has (\d+) MiB/.exec(error.message) ?? [];
	assert.ok(Number(needed) - Number(free) >= 100, error.message);
	assert.equal(filesBelow(store.path), ['lock']);
});

test.run();
