import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {zstdCompressSync} from 'node:zlib';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput, EngineError, Refused} from '../../../engine/errors.ts';
import {applyLayers} from '../../../engine/oci/apply-layers.ts';
import {digestHex} from '../../../engine/oci/digest.ts';
import {ociLayout} from '../../../engine/oci/layout.ts';
import {mediaTypes} from '../../../engine/oci/media-types.ts';
import {digestOf} from '../../../engine/oci/verified.ts';
import {DigestSink} from '../../../engine/store/digest-sink.ts';
import {Blobs, layoutFiles, type RawDescriptor, tarOf, writeFiles} from './image-builder.ts';
import {listTree} from './list-tree.ts';

const test = suite('OCI layout');
const tiny = path.resolve(import.meta.dirname, '../../fixtures/oci/tiny');
const amd64 = {os: 'linux', architecture: 'amd64'};
const arm64 = {os: 'linux', architecture: 'arm64'};
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-layout-'));
test.after(() => rmSync(folder, {recursive: true}));
let layouts = 0;

function write(blobs: Blobs, manifests: readonly RawDescriptor[]): string {
	return writeFiles(path.join(folder, `${layouts++}`), layoutFiles(blobs, manifests));
}

async function treeOf(layout: string, reference?: string, platform = amd64): Promise<string[]> {
	const image = await ociLayout(layout, reference).open(platform);
	return listTree(await applyLayers(image, new DigestSink('sha256')));
}

async function failure(work: Promise<unknown>): Promise<EngineError> {
	const outcome = await work.then(
		() => new Error('worked'),
		(error: unknown) => error,
	);
	if (outcome instanceof EngineError) return outcome;
	throw outcome;
}

const layer = {tar: tarOf([['f', 'content']])};

test('gives the image of a name, with all its digests', async () => {
	const image = await ociLayout(tiny, 'single').open(amd64);
	const digest = 'sha256:ef616bcf67205d9fb293c9f29bde0af8778fa10047cd12ea8e8853aa5e373f52';
	assert.is(image.top?.digest, digest);
	assert.is(image.manifest?.digest, digest);
	assert.is(digestOf(image.manifest?.bytes ?? Buffer.alloc(0)), digest);
	assert.is(image.config.digest, digestOf(image.config.bytes));
	assert.equal(
		image.layers.map(({size, diffId, descriptor}) => [size, diffId, descriptor?.size]),
		[
			[247, 'sha256:6018adc35629c63e2aa1ac98f0956b3fc9541a59798da140066039a8326b88f2', 247],
			[161, 'sha256:f33a10db1a7f33af25f8dfb1aaea7734276e78ba437185df4d3dbcc95afe5d69', 161],
		],
	);
	assert.equal(await treeOf(tiny, 'single'), [
		'etc /',
		'etc/os-release NAME=tiny\nVERSION=1\n',
		'etc/new new\n',
		'usr /',
		'usr/bin /',
		'usr/bin/hi 755 #!/bin/sh\necho hi\n',
	]);
});

test('gives the image of an index for each platform, and keeps the digest of the index', async () => {
	const index = 'sha256:289f20c7e18238583b86e1c1452c3ec319b57fbd2c9613f574bf7ba689472c6c';
	const source = ociLayout(tiny, 'multi');
	const [forAmd64, forArm64] = [await source.open(amd64), await source.open(arm64)];
	assert.equal([forAmd64.top?.digest, forArm64.top?.digest], [index, index]);
	assert.is(forAmd64.config.platform.architecture, 'amd64');
	assert.is(forArm64.config.platform.architecture, 'arm64');
	assert.is.not(forAmd64.manifest?.digest, forArm64.manifest?.digest);
});

test('asks which image is meant, and takes a digest too', async () => {
	const several = await failure(treeOf(tiny));
	assert.instance(several, Refused);
	assert.is(several.hint, 'Name one of them: single, multi.');
	const unknown = await failure(treeOf(tiny, 'other'));
	assert.match(unknown.message, /^oci:.* has no image other$/);
	assert.is(unknown.hint, 'It has: single, multi.');
	const digest = 'sha256:ef616bcf67205d9fb293c9f29bde0af8778fa10047cd12ea8e8853aa5e373f52';
	assert.is((await treeOf(tiny, digest)).length, 6);
});

test('gives the image that buildx made, and not its attestation', async () => {
	const blobs = new Blobs();
	const image = blobs.addImage({layers: [layer]});
	const attestation = blobs.addJson(
		mediaTypes.ociManifest,
		{
			schemaVersion: 2,
			mediaType: mediaTypes.ociManifest,
			config: blobs.addJson(mediaTypes.ociConfig, {
				architecture: 'unknown',
				os: 'unknown',
				rootfs: {type: 'layers', diff_ids: [digestOf(Buffer.from('{}'))]},
			}),
			layers: [blobs.add('application/vnd.in-toto+json', Buffer.from('{}'))],
		},
		{
			platform: {os: 'unknown', architecture: 'unknown'},
			annotations: {
				'vnd.docker.reference.type': 'attestation-manifest',
				'vnd.docker.reference.digest': image.digest,
			},
		},
	);
	const mediaType = mediaTypes.ociIndex;
	const index = blobs.addJson(mediaType, {
		schemaVersion: 2,
		mediaType,
		manifests: [attestation, image],
	});
	assert.equal(await treeOf(write(blobs, [index])), ['f content']);
});

test('gives an image of docker schema 2, also from a docker list', async () => {
	const blobs = new Blobs();
	const image = blobs.addImage({layers: [layer], docker: true});
	assert.equal(await treeOf(write(blobs, [image])), ['f content']);
	const mediaType = mediaTypes.dockerList;
	const list = blobs.addJson(mediaType, {schemaVersion: 2, mediaType, manifests: [image]});
	assert.equal(await treeOf(write(blobs, [list])), ['f content']);
});

test('gives layers by their bytes, whatever their type says', async () => {
	const blobs = new Blobs();
	const zstd = {...layer, blob: zstdCompressSync(layer.tar)};
	const plain = {tar: tarOf([['g', 'plain']]), mediaType: `${mediaTypes.ociLayer}+zstd`};
	const image = blobs.addImage({layers: [zstd, {...plain, blob: plain.tar}]});
	assert.equal(await treeOf(write(blobs, [image])), ['f content', 'g plain']);
});

test('takes content that a descriptor carries itself, and checks it', async () => {
	const blobs = new Blobs();
	const image = blobs.addImage({layers: [layer]});
	const bytes = blobs.all.get(image.digest) ?? Buffer.alloc(0);
	blobs.all.delete(image.digest);
	const carried = (data: Buffer) => write(blobs, [{...image, data: data.toString('base64')}]);
	assert.equal(await treeOf(carried(bytes)), ['f content']);
	const wrong = await failure(treeOf(carried(Buffer.from(bytes).fill(0x20, 0, 1))));
	assert.match(wrong.message, /^manifest sha256:.* has the digest sha256:/);
});

test('refuses an image for another machine', async () => {
	const blobs = new Blobs();
	const layout = write(blobs, [blobs.addImage({layers: [layer], architecture: 'arm64'})]);
	const error = await failure(treeOf(layout));
	assert.is(error.message, 'the image is for linux/arm64, not for linux/amd64');
	assert.instance(error, Refused);
});

test('names the blob that is missing, cut off, or changed', async () => {
	const blobs = new Blobs();
	const image = blobs.addImage({layers: [layer]});
	const layout = write(blobs, [image]);
	for (const [digest, bytes] of blobs.all) {
		const file = path.join(layout, 'blobs/sha256', digestHex(digest));
		const changed = Buffer.from(bytes);
		changed[10] = (changed[10] ?? 0) ^ 1;
		for (const wrong of [bytes.subarray(0, -1), Buffer.concat([bytes, bytes]), changed]) {
			writeFileSync(file, wrong);
			const error = await failure(treeOf(layout));
			assert.instance(error, DamagedInput);
			assert.ok(error.message.includes(digest), error.message);
		}
		rmSync(file);
		const error = await failure(treeOf(layout));
		assert.instance(error, DamagedInput);
		assert.match(error.message, new RegExp(`blobs/sha256/${digestHex(digest)} of oci:.* missing`));
		writeFileSync(file, bytes);
	}
});

test('says so when a folder is no layout', async () => {
	const error = await failure(treeOf(folder));
	assert.match(error.message, /is not an OCI layout: a file is missing$/);
	const blobs = new Blobs();
	const layout = write(blobs, []);
	assert.match((await failure(treeOf(layout))).message, /has no image at all$/);
	writeFileSync(path.join(layout, 'oci-layout'), '{"imageLayoutVersion": "2.0.0"}');
	assert.match((await failure(treeOf(layout))).message, /imageLayoutVersion of the oci-layout is/);
});

test('refuses an image whose config and manifest disagree about its layers', async () => {
	const blobs = new Blobs();
	const image = blobs.addImage({layers: [layer]});
	const manifest = JSON.parse(blobs.all.get(image.digest)?.toString() ?? '');
	manifest.layers.push(manifest.layers[0]);
	const wrong = blobs.addJson(mediaTypes.ociManifest, manifest);
	const error = await failure(treeOf(write(blobs, [wrong])));
	assert.is(error.message, 'the image has 2 layers, and its config has 1 diff IDs');
});

test('refuses an index within an index', async () => {
	const blobs = new Blobs();
	const mediaType = mediaTypes.ociIndex;
	const index = (manifests: RawDescriptor[]) => ({schemaVersion: 2, mediaType, manifests});
	const inner = blobs.addJson(mediaType, index([blobs.addImage({layers: [layer]})]));
	const outer = blobs.addJson(mediaType, index([{...inner, mediaType: mediaTypes.ociManifest}]));
	const error = await failure(treeOf(write(blobs, [outer])));
	assert.match(error.message, /^the manifest calls itself .*index/);
});

test.run();
