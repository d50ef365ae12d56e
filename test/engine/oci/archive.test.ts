import {execFileSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {gzipSync, zstdCompressSync} from 'node:zlib';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput, EngineError, UsageError} from '../../../engine/errors.ts';
import {applyLayers} from '../../../engine/oci/apply-layers.ts';
import {imageArchive} from '../../../engine/oci/archive.ts';
import {digestHex} from '../../../engine/oci/digest.ts';
import {digestOf} from '../../../engine/oci/verified.ts';
import {DigestSink} from '../../../engine/store/digest-sink.ts';
import type {RawFields} from '../tar/raw-header.ts';
import {Blobs, layoutFiles, tarOf} from './image-builder.ts';
import {listTree} from './list-tree.ts';

const test = suite('image archive');
const tiny = path.resolve(import.meta.dirname, '../../fixtures/oci/tiny');
const platform = {os: 'linux', architecture: 'amd64'};
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-archive-'));
test.after(() => rmSync(folder, {recursive: true}));
let archives = 0;

function write(bytes: Buffer): string {
	const file = path.join(folder, `${archives++}.tar`);
	writeFileSync(file, bytes);
	return file;
}

const open = (file: string, reference?: string) => imageArchive(file, reference).open(platform);

async function treeOf(file: string, reference?: string): Promise<string[]> {
	return listTree(await applyLayers(await open(file, reference), new DigestSink('sha256')));
}

async function failure(work: Promise<unknown>): Promise<EngineError> {
	const outcome = await work.then(
		() => new Error('worked'),
		(error: unknown) => error,
	);
	if (outcome instanceof EngineError) return outcome;
	throw outcome;
}

const lower = tarOf([
	['etc/a', 'lower'],
	['etc/b', 'lower'],
]);
const upper = tarOf([
	['etc/a', 'upper'],
	['etc/.wh.b', ''],
]);
const expected = ['etc /', 'etc/a upper'];
const config = Buffer.from(
	JSON.stringify({
		...platform,
		rootfs: {type: 'layers', diff_ids: [digestOf(lower), digestOf(upper)]},
	}),
);
const configName = `${digestHex(digestOf(config))}.json`;
const saved = (layers: string[], tags: string[] | null = ['example.com/myos:1']) => ({
	Config: configName,
	RepoTags: tags,
	Layers: layers,
});

function dockerArchive(
	manifest: object[],
	files: readonly (readonly [string, Buffer])[],
	...links: readonly RawFields[]
): Buffer {
	const json = Buffer.from(JSON.stringify(manifest));
	return tarOf([['manifest.json', json], [configName, config], ...files], ...links);
}

const twoLayers = [
	['lower.tar', lower],
	['upper.tar', upper],
] as const;

test('gives the image of an OCI layout in a tar', async () => {
	const blobs = new Blobs();
	const image = blobs.addImage({layers: [{tar: lower}, {tar: upper}]});
	const file = write(tarOf(layoutFiles(blobs, [image])));
	assert.equal(await treeOf(file), expected);
	assert.is((await open(file)).manifest?.digest, image.digest);
});

test('gives the image that docker saved, which has no manifest digest', async () => {
	const file = write(dockerArchive([saved(['lower.tar', 'upper.tar'])], twoLayers));
	const image = await open(file);
	assert.equal([image.top, image.manifest], [undefined, undefined]);
	assert.is(image.config.digest, digestOf(config));
	assert.equal(
		image.layers.map(({diffId, size}) => [diffId, size]),
		[
			[digestOf(lower), lower.length],
			[digestOf(upper), upper.length],
		],
	);
	assert.equal(await treeOf(file), expected);
});

test('gives layers that are compressed, or links to others', async () => {
	const files = [
		['0/layer.tar', gzipSync(lower)],
		['up.zst', zstdCompressSync(upper)],
	] as const;
	const links = [
		{name: '1/layer.tar', typeflag: '2', link: '../0/layer.tar'},
		{name: '2/layer.tar', typeflag: '2', link: '../1/layer.tar'},
		{name: 'upper.tar', typeflag: '1', link: 'up.zst'},
	];
	const manifest = [saved(['2/layer.tar', 'upper.tar'])];
	assert.equal(await treeOf(write(dockerArchive(manifest, files, ...links))), expected);
});

test('names a layer whose link leads nowhere, round in circles or out of the archive', async () => {
	for (const link of ['missing', 'upper.tar', '../../etc/passwd']) {
		const files = [['lower.tar', lower]] as const;
		const manifest = [saved(['lower.tar', 'upper.tar'])];
		const bytes = dockerArchive(manifest, files, {name: 'upper.tar', typeflag: '2', link});
		assert.match((await failure(treeOf(write(bytes)))).message, / lacks the layer upper\.tar$/);
	}
});

test('uses the layout of an archive that is both', async () => {
	const blobs = new Blobs();
	const image = blobs.addImage({layers: [{tar: lower}, {tar: upper}]});
	const layout = layoutFiles(blobs, [
		{
			...image,
			annotations: {
				'io.containerd.image.name': 'example.com/myos:1',
				'org.opencontainers.image.ref.name': '1',
			},
		},
	]);
	const manifest = JSON.stringify([saved(['nowhere.tar', 'missing.tar'])]);
	const file = write(tarOf([...layout, ['manifest.json', manifest]]));
	for (const reference of [undefined, 'example.com/myos:1', '1', image.digest]) {
		assert.is((await open(file, reference)).manifest?.digest, image.digest);
		assert.equal(await treeOf(file, reference), expected);
	}
});

test('asks which of several images is meant', async () => {
	const layers = ['lower.tar', 'upper.tar'];
	const file = write(
		dockerArchive(
			[saved(layers, ['a:1', 'a:2']), saved(layers, ['b:1']), saved(layers, null)],
			twoLayers,
		),
	);
	assert.equal(await treeOf(file, 'a:2'), expected);
	const several = await failure(treeOf(file));
	assert.equal(
		[several.message.endsWith('has several images'), several.hint],
		[true, 'Name one of them: a:1, a:2, b:1.'],
	);
	assert.match((await failure(treeOf(file, 'c:1'))).message, /has no image c:1$/);
});

test('says what is wrong with a file that is no archive of an image', async () => {
	const missing = await failure(treeOf(path.join(folder, 'missing')));
	assert.match(missing.message, /missing cannot be opened: ENOENT/);
	const text = await failure(treeOf(write(Buffer.alloc(2000, 'no tar'))));
	assert.match(text.message, /^\/.*: the header checksum is wrong \(at byte 0\)$/);
	const layout = await failure(treeOf(folder));
	assert.is(layout.message, `${folder} is a folder, not a tar file`);
	const other = await failure(treeOf(write(tarOf([['file', 'x']]))));
	assert.match(other.message, /is no image archive$/);
	const gzip = await failure(treeOf(write(gzipSync(tarOf([])))));
	assert.instance(gzip, UsageError);
	assert.match(gzip.hint ?? '', /^Decompress it first: gzip -d /);
});

test('refuses an archive that is cut off or has a member twice', async () => {
	const bytes = dockerArchive([saved(['lower.tar', 'upper.tar'])], twoLayers);
	for (const end of [
		512,
		1024,
		4096,
		bytes.length - 1024,
		bytes.length - 2048,
		bytes.length - 2049,
	])
		assert.instance(await failure(treeOf(write(bytes.subarray(0, end)))), DamagedInput, `${end}`);
	const twice = dockerArchive(
		[saved(['lower.tar', 'upper.tar'])],
		[...twoLayers, ['lower.tar', upper]],
	);
	assert.match((await failure(treeOf(write(twice)))).message, /has the member "lower.tar" twice$/);
});

test('refuses an archive whose manifest or config is damaged', async () => {
	const read = async (manifest: object[], files = twoLayers) =>
		(await failure(treeOf(write(dockerArchive(manifest, [...files]))))).message;
	assert.match(
		await read([{Config: 1, Layers: []}]),
		/^0\.Config of the manifest\.json of docker-archive/,
	);
	assert.match(await read([{...saved([]), Config: 'other.json'}]), /lacks the config other\.json$/);
	assert.match(await read([saved(['lower.tar'])]), /has 1 layers, and its config has 2 diff IDs$/);
	assert.match(
		await read([saved(['upper.tar', 'lower.tar'])]),
		/^uncompressed layer sha256:.* has the digest/,
	);
});

const skopeo = existsSync('/usr/bin/skopeo');
if (!skopeo) console.log('skipped: skopeo is not installed, so its archives cannot be compared');
(skopeo ? test : test.skip)('gives the same tree from the archives that skopeo makes', async () => {
	const sink = new DigestSink('sha256');
	const policy = path.join(folder, 'policy.json');
	writeFileSync(policy, '{"default": [{"type": "insecureAcceptAnything"}]}');
	const listings: string[][] = [];
	for (const transport of ['oci-archive', 'docker-archive']) {
		const file = path.join(folder, `${transport}.tar`);
		const from = `oci:${tiny}:single`;
		execFileSync('skopeo', ['--policy', policy, 'copy', '-q', from, `${transport}:${file}`]);
		listings.push(listTree(await applyLayers(await open(file), sink)));
	}
	assert.equal(listings[0], listings[1]);
	assert.is(listings[0]?.length, 6);
});

test.run();
