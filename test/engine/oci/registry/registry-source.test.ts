import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput, Refused} from '../../../../engine/errors.ts';
import {ociLayout} from '../../../../engine/oci/layout.ts';
import {mediaTypes} from '../../../../engine/oci/media-types.ts';
import {parseReference} from '../../../../engine/oci/reference.ts';
import {registrySource} from '../../../../engine/oci/registry/registry-source.ts';
import {digestOf} from '../../../../engine/oci/verified.ts';
import {version} from '../../../../engine/version.ts';
import {Blobs, layoutFiles, tarOf, writeFiles} from '../image-builder.ts';
import {fakePorts} from './fake-ports.ts';
import {type FakeRegistry, type RegistryOptions, startRegistry} from './fake-registry.ts';
import {amd64, failure, sourceOf, threeLayers, treeOf} from './images.ts';

const test = suite('images in registries');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-registry-'));
const started: FakeRegistry[] = [];
test.after.each(() => {
	for (const registry of started.splice(0)) registry.close();
});
test.after(() => rmSync(folder, {recursive: true}));

async function start(options: RegistryOptions): Promise<FakeRegistry> {
	const registry = await startRegistry(options);
	started.push(registry);
	return registry;
}

const image = threeLayers();
const {blobs, index, manifest, layers} = image;
const tags = {1: index};

test('give the same tree as the layout they were made of, each byte sent once', async () => {
	const layout = ociLayout(writeFiles(path.join(folder, 'layout'), layoutFiles(blobs, [index])));
	const registry = await start({blobs, tags});
	const ports = fakePorts();
	const source = sourceOf([registry.endpoint()], ports);
	assert.is(source.name, 'registry.example.com/ns/myos:1');
	assert.equal(await treeOf(source), await treeOf(layout));
	const config = JSON.parse(String(blobs.all.get(manifest.digest))).config;
	const total = [...layers, config].reduce((sum, {size}) => sum + size, 0);
	assert.is(registry.sentBytes, total);
	assert.equal(registry.paths().sort(), [
		'GET /v2/',
		...[...layers, config].map(({digest}) => `GET /v2/ns/myos/blobs/${digest}`).sort(),
		'GET /v2/ns/myos/manifests/1',
		`GET /v2/ns/myos/manifests/${manifest.digest}`,
	]);
	assert.equal([ports.clock.slept, ports.clock.pending], [[], 0]);
});

test('keep the digest of the index, of the manifest and all their bytes', async () => {
	const registry = await start({blobs, tags});
	const {top, manifest: found} = await sourceOf([registry.endpoint()]).open(amd64);
	assert.is(top?.digest, index.digest);
	assert.equal(top?.bytes, blobs.all.get(index.digest));
	assert.is(found?.digest, manifest.digest);
	assert.equal(found?.bytes, blobs.all.get(manifest.digest));
});

test('are asked for with all types that they may have, uncompressed, by name', async () => {
	const registry = await start({blobs, tags});
	await sourceOf([registry.endpoint()]).open(amd64);
	const {headers} = registry.requests[1] ?? {};
	assert.equal(headers?.accept?.split(', '), [
		'application/vnd.oci.image.index.v1+json',
		'application/vnd.oci.image.manifest.v1+json',
		'application/vnd.docker.distribution.manifest.list.v2+json',
		'application/vnd.docker.distribution.manifest.v2+json',
	]);
	assert.is(headers?.['accept-encoding'], 'identity');
	assert.is(headers?.['user-agent'], `slipway/${version}`);
	// The first was to see that it does not speak TLS.
	assert.is(registry.connections, 2);
});

test('are fetched by digest where the reference has one, whatever the tag is now', async () => {
	const registry = await start({blobs, tags});
	const pinned = parseReference(`registry.example.com/ns/myos:1@${manifest.digest}`);
	const source = registrySource([registry.endpoint()], pinned, fakePorts());
	assert.is((await source.open(amd64)).top?.digest, manifest.digest);
	assert.is(await source.latestDigest(), manifest.digest);
	assert.ok(!registry.paths().some((path) => path.endsWith('/manifests/1')));
	assert.ok(!registry.paths().some((path) => path.startsWith('HEAD')));
});

test('tell their digest without being fetched', async () => {
	const registry = await start({blobs, tags});
	assert.is(await sourceOf([registry.endpoint()]).latestDigest(), index.digest);
	assert.equal(registry.paths(), ['GET /v2/', 'HEAD /v2/ns/myos/manifests/1']);
});

test('are fetched for their digest where the registry does not state it', async () => {
	for (const fault of [{without: 'docker-content-digest'}, {status: 405}]) {
		const onRequest = ({method}: {method: string}) => (method === 'HEAD' ? fault : undefined);
		const registry = await start({blobs, tags, onRequest});
		assert.is(await sourceOf([registry.endpoint()]).latestDigest(), index.digest);
		assert.is(registry.paths().at(-1), 'GET /v2/ns/myos/manifests/1');
	}
});

test('are checked against the digest that the registry states', async () => {
	const stated = {'docker-content-digest': manifest.digest};
	const registry = await start({blobs, tags, onRequest: () => ({headers: stated})});
	const error = await failure(sourceOf([registry.endpoint()]).open(amd64));
	assert.instance(error, DamagedInput);
	assert.is(
		error.message,
		`${registry.host} gives a manifest with the digest ${index.digest} for ${manifest.digest}`,
	);
});

test('are checked against the digest that they were asked for by', async () => {
	const onRequest = ({path}: {path: string}) =>
		path.endsWith(manifest.digest) ? {body: '{}', without: 'docker-content-digest'} : undefined;
	const registry = await start({blobs, tags, onRequest});
	const error = await failure(sourceOf([registry.endpoint()]).open(amd64));
	assert.instance(error, DamagedInput);
	assert.ok(error.message.endsWith(`for ${manifest.digest}`), error.message);
});

test('are of the type that the registry says, or the registry says none', async () => {
	const typed = (type: string) => ({headers: {'content-type': type}});
	for (const [type, isFine] of [
		[`${mediaTypes.ociIndex}; charset=utf-8`, true],
		['application/json', true],
		[mediaTypes.ociManifest, false],
		[mediaTypes.dockerList, false],
		['application/vnd.docker.distribution.manifest.v1+prettyjws', false],
	] as const) {
		const onRequest = ({path}: {path: string}) =>
			path.endsWith('/manifests/1') ? typed(type) : undefined;
		const registry = await start({blobs, tags, onRequest});
		const opening = sourceOf([registry.endpoint()]).open(amd64);
		if (isFine) assert.is((await opening).top?.digest, index.digest);
		else assert.match((await failure(opening)).message, /^the manifest calls itself .*index/);
	}
});

test('have a manifest that is not read beyond its limit', async () => {
	const body = Buffer.alloc((4 << 20) + 1, ' ');
	const registry = await start({blobs, tags, onRequest: () => ({body})});
	const error = await failure(sourceOf([registry.endpoint()]).open(amd64));
	assert.is(error.message, `the manifest of 1 has more than ${4 << 20} bytes`);
});

test('with layers that lie elsewhere or are encrypted are refused before anything is fetched', async () => {
	for (const mediaType of [
		'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
		`${mediaTypes.ociLayer}+gzip+encrypted`,
	]) {
		const blobs = new Blobs();
		const image = blobs.addImage({layers: [{tar: tarOf([['f', 'x']]), mediaType}]});
		const registry = await start({blobs, tags: {1: image}});
		const error = await failure(sourceOf([registry.endpoint()]).open(amd64));
		assert.is(error.code, 'unsupported-image');
		assert.equal(registry.paths(), ['GET /v2/', 'GET /v2/ns/myos/manifests/1']);
	}
});

test('come from the first endpoint that has the manifest', async () => {
	const empty = await start({});
	const mirror = await start({blobs, tags, repository: 'copies/myos'});
	const primary = await start({blobs, tags});
	const mirrorEndpoint = mirror.endpoint({repository: 'copies/myos'});
	const source = sourceOf([empty.endpoint(), mirrorEndpoint, primary.endpoint()]);
	const tree = await treeOf(source);
	assert.is(tree.length, 4);
	assert.equal(empty.paths(), ['GET /v2/', 'GET /v2/ns/myos/manifests/1']);
	assert.equal(primary.paths(), []);
});

test('come in part from the next endpoint where one fails on the way', async () => {
	const onRequest = ({path}: {path: string}) =>
		path.endsWith(layers[1]?.digest ?? '') ? {status: 404} : undefined;
	const mirror = await start({blobs, tags, onRequest});
	const primary = await start({blobs, tags});
	const tree = await treeOf(sourceOf([mirror.endpoint(), primary.endpoint()]));
	assert.equal(tree, await treeOf(sourceOf([primary.endpoint()])));
	assert.equal(primary.paths().slice(0, 2), [
		'GET /v2/',
		`GET /v2/ns/myos/blobs/${layers[1]?.digest}`,
	]);
});

test('that no endpoint has end in one error with all reasons, the primary last', async () => {
	const denying = await start({onRequest: () => ({status: 403})});
	const empty = await start({});
	const source = sourceOf([denying.endpoint(), empty.endpoint()]);
	for (const work of [source.open(amd64), source.latestDigest()]) {
		const error = await failure(work);
		assert.instance(error, Refused);
		assert.is(error.code, 'no-such-image');
		assert.is(
			error.message,
			`no endpoint has it: ${denying.host} forbids to pull ${denying.host}/ns/myos; ${empty.host} has no image 1 in ns/myos`,
		);
		assert.match(error.hint ?? '', new RegExp(`podman login .* ${empty.host}$`));
	}
});

test('are nowhere without endpoints', async () => {
	assert.is((await failure(sourceOf([]).open(amd64))).code, 'no-such-image');
});

async function thirdLayer(...registries: readonly FakeRegistry[]) {
	const image = await sourceOf(registries.map((one) => one.endpoint())).open(amd64);
	const layer = image.layers[2];
	const range = layer?.range?.bind(layer);
	assert.ok(layer && range);
	return {...layer, range};
}

test('give parts of their blobs, over one connection', async () => {
	const registry = await start({blobs, tags});
	const layer = await thirdLayer(registry);
	const bytes = blobs.all.get(layer.descriptor?.digest ?? 'sha256:') ?? Buffer.alloc(0);
	registry.sentBytes = 0;
	for (const [start, end] of [
		[0, 10],
		[1000, 2000],
		[bytes.length - 5, bytes.length],
		[7, 7],
	] as const) {
		const part = Buffer.concat(await Array.fromAsync(layer.range({start, end})));
		assert.equal(part, bytes.subarray(start, end));
	}
	assert.is(registry.sentBytes, 1015);
	assert.is(registry.connections, 2);
});

test('give no part that is longer than was said', async () => {
	const {size, digest} = layers[2] ?? {};
	const headers = {'content-range': `bytes 0-9/${size}`, 'transfer-encoding': 'chunked'};
	const onRequest = ({path}: {path: string}) =>
		path.endsWith(String(digest))
			? {status: 206, headers, body: 'twenty bytes in all.'}
			: undefined;
	const registry = await start({blobs, tags, onRequest});
	const {range} = await thirdLayer(registry);
	const error = await failure(Array.fromAsync(range({start: 0, end: 10})));
	assert.is(error.message, `${registry.host} sends more than it says`);
});

test('give no parts of their blobs from a registry without ranges', async () => {
	const registry = await start({blobs, tags, onRequest: () => ({ignoreRange: true})});
	const {range, size} = await thirdLayer(registry);
	const error = await failure(Array.fromAsync(range({start: 100_000, end: 100_100})));
	assert.is(error.code, 'registry-no-ranges');
	assert.is(error.message, `${registry.host} gives blobs as a whole only`);
	assert.is(Buffer.concat(await Array.fromAsync(range({start: 0, end: size}))).length, size);
});

test('give parts of their blobs from the first endpoint that can', async () => {
	const mirror = await start({blobs, tags, onRequest: () => ({ignoreRange: true})});
	const primary = await start({blobs, tags});
	const {range, descriptor} = await thirdLayer(mirror, primary);
	const part = Buffer.concat(await Array.fromAsync(range({start: 5, end: 50})));
	assert.equal(part, blobs.all.get(descriptor?.digest ?? 'sha256:')?.subarray(5, 50));
});

test('are given up when the work is called off', async () => {
	const stop = new AbortController();
	const registry = await start({blobs, tags, onRequest: () => ({silent: true})});
	const ports = fakePorts({signal: stop.signal});
	registry.onStall = () => stop.abort(new Error('called off'));
	const thrown = await sourceOf([registry.endpoint()], ports)
		.open(amd64)
		.catch((error: unknown) => error);
	assert.is(thrown, stop.signal.reason);
	assert.equal([ports.clock.slept, ports.clock.pending], [[], 0]);
});

test('may have digests of SHA-512', async () => {
	const bytes = blobs.all.get(manifest.digest) ?? Buffer.alloc(0);
	const digest = digestOf(bytes, 'sha512');
	const more = new Blobs();
	for (const [key, value] of blobs.all) more.all.set(key, value);
	more.all.set(digest, bytes);
	const registry = await start({blobs: more, tags: {1: {...manifest, digest}}});
	const source = sourceOf([registry.endpoint()]);
	assert.is((await source.open(amd64)).top?.digest, digest);
	assert.is(await source.latestDigest(), digest);
});

test.run();
