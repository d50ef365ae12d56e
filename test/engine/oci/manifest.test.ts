import {readFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput, Refused} from '../../../engine/errors.ts';
import {chooseInstance} from '../../../engine/oci/choose-instance.ts';
import {parseConfig} from '../../../engine/oci/config.ts';
import type {Descriptor} from '../../../engine/oci/descriptor.ts';
import type {Digest} from '../../../engine/oci/digest.ts';
import {parseManifest} from '../../../engine/oci/manifest.ts';
import {mediaTypes} from '../../../engine/oci/media-types.ts';
import {hostPlatform} from '../../../engine/oci/platform.ts';
import {digestOf} from '../../../engine/oci/verified.ts';
import {fuzzRounds, mutate, seededRandom} from '../../seeded.ts';

const test = suite('manifest');
const fixtures = path.resolve(import.meta.dirname, '../../fixtures/oci');
const blob = (hex: string) => readFileSync(path.join(fixtures, 'tiny/blobs/sha256', hex));
const imageBytes = blob('ef616bcf67205d9fb293c9f29bde0af8778fa10047cd12ea8e8853aa5e373f52');
const indexBytes = blob('289f20c7e18238583b86e1c1452c3ec319b57fbd2c9613f574bf7ba689472c6c');
const configBytes = blob('7a99b44a1bc5dca9d5992fa962dc78ee4fbbe8f5a454a1c56c85a2017ec20e5e');

const descriptor = (mediaType: string, digest: string, size: number, more = {}): Descriptor => ({
	mediaType,
	digest: digest as Digest,
	size,
	annotations: {},
	data: undefined,
	platform: undefined,
	artifactType: undefined,
	...more,
});

test('of an image is read with its config and layers', () => {
	const layerType = `${mediaTypes.ociLayer}+gzip`;
	assert.equal(parseManifest(imageBytes, mediaTypes.ociManifest), {
		kind: 'image',
		mediaType: mediaTypes.ociManifest,
		config: descriptor(mediaTypes.ociConfig, digestOf(configBytes), 384),
		layers: [
			descriptor(
				layerType,
				'sha256:2c76aac0703ec8ac0c0362a1131a53d8bd4a78eb87ea22f25bb9481d770be3c7',
				247,
			),
			descriptor(
				layerType,
				'sha256:61e46791da396428b8cf38aeb48278d7ef77e4fd7e945645721a9d13fead2525',
				161,
			),
		],
		annotations: {},
	});
});

test('of an index is read with the platforms of its images', () => {
	const index = parseManifest(indexBytes);
	assert.is(index.kind, 'index');
	assert.equal(index.kind === 'index' && index.manifests.map(({platform}) => platform), [
		{os: 'linux', architecture: 'amd64'},
		{os: 'linux', architecture: 'arm64'},
	]);
});

test('may leave out its media type', () => {
	const {mediaType, ...rest} = JSON.parse(imageBytes.toString());
	assert.is(mediaType, mediaTypes.ociManifest);
	assert.is(parseManifest(Buffer.from(JSON.stringify(rest))).mediaType, mediaTypes.ociManifest);
	const docker = Buffer.from(JSON.stringify(rest));
	assert.is(parseManifest(docker, mediaTypes.dockerManifest).mediaType, mediaTypes.dockerManifest);
});

const image = JSON.parse(imageBytes.toString());
const layer = image.layers[0];
const withLayer = (change: object) => ({...image, layers: [{...layer, ...change}]});
const damaged: [title: string, value: unknown, message: string][] = [
	['is a number', 2, 'the manifest is 2, expected Object'],
	['is a list', [], 'the manifest has no schemaVersion'],
	['has no schema version', {...image, schemaVersion: undefined}, 'has no schemaVersion'],
	[
		'has another schema version',
		{...image, schemaVersion: 3},
		'schemaVersion of the manifest is 3',
	],
	['has neither layers nor images', {schemaVersion: 2}, 'names no layers'],
	['is image and index at once', {...image, manifests: []}, 'an index and an image at once'],
	['has another type than its fields', {...image, mediaType: mediaTypes.ociIndex}, 'of another'],
	[
		'has an unknown type',
		{...image, mediaType: 'text/html'},
		'the manifest is of the type text/html',
	],
	['has layers in odd letters', {...image, Layers: []}, 'the key "Layers" in odd letters'],
	['has a long s in a key', {...image, layerſ: []}, 'in odd letters'],
	['has a layer without digest', withLayer({digest: undefined}), 'has no layers.0.digest'],
	['has a digest in capitals', withLayer({digest: `sha256:${'A'.repeat(64)}`}), 'layers.0.digest'],
	['has a negative size', withLayer({size: -1}), 'layers.0.size of the manifest is -1'],
	['has a size with a fraction', withLayer({size: 1.5}), 'layers.0.size of the manifest is 1.5'],
	['has annotations that are no text', withLayer({annotations: {a: 1}}), 'layers.0.annotations.a'],
	['has too many layers', {...image, layers: Array(1001).fill(layer)}, 'layers of the manifest'],
];
for (const [title, value, message] of damaged)
	test(`is damaged when it ${title}`, () => {
		assert.throws(
			() => parseManifest(Buffer.from(JSON.stringify(value))),
			(error: unknown) => error instanceof DamagedInput && check(error.message, message),
		);
	});

function check(found: string, expected: string): boolean {
	if (!found.includes(expected)) throw new Error(`"${found}" lacks "${expected}"`);
	return true;
}

const damagedText: [title: string, text: string | Buffer, message: string][] = [
	['is empty', '', 'the manifest is not JSON'],
	['has something after its end', '{} {}', 'the manifest is not JSON'],
	['has a byte order mark', '\ufeff{}', 'the manifest is not JSON'],
	['is not UTF-8', Buffer.from('{"a": "\xff"}', 'latin1'), 'the manifest is not UTF-8'],
	['has a key twice', '{"a": {"b": 1, "c": [{"b": 2}], "b": 3}}', 'the key "b" twice (at byte 32)'],
	['has a key twice in other escapes', '{"ab": 1, "\\u0061b": 2}', 'the key "ab" twice'],
	['has a key that ends in a backslash twice', '{"a\\\\": 1, "a\\\\": 2}', '"a\\\\" twice'],
	['is nested without end', `${'['.repeat(65)}${']'.repeat(65)}`, 'nested more than 64 deep'],
	['is over 4 MiB', `"${' '.repeat(4 << 20)}"`, 'the manifest has 4194306 bytes, over 4194304'],
];
for (const [title, text, message] of damagedText)
	test(`is damaged when it ${title}`, () => {
		assert.throws(
			() => parseManifest(Buffer.from(text)),
			(error: unknown) => error instanceof DamagedInput && check(error.message, message),
		);
	});

test('is damaged when it was called something else', () => {
	assert.throws(
		() => parseManifest(imageBytes, mediaTypes.ociIndex),
		/calls itself .*manifest\.v1\+json, but was given as .*index\.v1\+json/,
	);
});

const refused: [title: string, value: unknown, message: string][] = [
	['schema 1', {schemaVersion: 1, fsLayers: []}, 'docker schema 1'],
	[
		'an artifact',
		{...image, config: {...image.config, mediaType: 'application/vnd.oci.empty.v1+json'}},
		'it is no container image but application/vnd.oci.empty.v1+json',
	],
	[
		'a foreign layer',
		withLayer({mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'}),
		'lies outside of the registry',
	],
	[
		'an encrypted layer',
		withLayer({mediaType: `${layer.mediaType}+encrypted`}),
		'a layer of it is',
	],
];
for (const [title, value, message] of refused)
	test(`is refused when it is ${title}`, () => {
		assert.throws(
			() => parseManifest(Buffer.from(JSON.stringify(value))),
			(error: unknown) => error instanceof Refused && check(error.message, message),
		);
	});

const entry = (name: string, platform: object | undefined, more = {}): Descriptor =>
	descriptor(mediaTypes.ociManifest, name, 1, {platform, ...more});
const amd64 = {os: 'linux', architecture: 'amd64'};
const arm64 = {os: 'linux', architecture: 'arm64'};
const zstd = {annotations: {'io.github.containers.compression.zstd': 'true'}};
const attestation = {
	platform: {os: 'unknown', architecture: 'unknown'},
	annotations: {'vnd.docker.reference.type': 'attestation-manifest'},
};

test('of an index gives the best image for a platform', () => {
	const chosen = (entries: Descriptor[], platform: Parameters<typeof chooseInstance>[1]) =>
		chooseInstance(entries, platform).digest as string;
	const all = [
		entry('attestation', undefined, attestation),
		entry('unnamed', undefined),
		entry('arm64', arm64),
		entry('amd64', amd64),
		entry('amd64 zstd', amd64, zstd),
		entry('amd64 v3', {...amd64, variant: 'v3'}),
		entry('arm64 v8', {...arm64, variant: 'v8'}),
		entry('arm v6', {os: 'linux', architecture: 'arm', variant: 'v6'}),
		entry('arm v5', {os: 'linux', architecture: 'arm', variant: 'v5'}),
	];
	assert.equal(
		[
			chosen(all, amd64),
			chosen(all, arm64),
			chosen(all, {os: 'linux', architecture: 'arm'}),
			chosen(all, {...amd64, variant: 'v3'}),
			chosen(all, {os: 'linux', architecture: 'riscv64'}),
			chosen([entry('first', amd64), entry('second', amd64)], amd64),
		],
		['amd64 zstd', 'arm64 v8', 'arm v6', 'amd64 v3', 'unnamed', 'first'],
	);
});

test('of an index says which platforms there are when the wanted one is not', () => {
	const entries = [entry('x', undefined, attestation), entry('a', amd64), entry('b', arm64)];
	assert.throws(
		() => chooseInstance(entries, {os: 'linux', architecture: 's390x'}),
		(error: unknown) =>
			error instanceof Refused &&
			error.code === 'no-such-platform' &&
			check(error.message, 'not there for linux/s390x, only for linux/amd64, linux/arm64'),
	);
});

test('knows the platform of this machine', () => {
	assert.is(hostPlatform().os, 'linux');
	assert.match(hostPlatform().architecture, /^(amd64|arm64|riscv64|s390x|ppc64le|arm|loong64)$/);
});

test('leads to a config with diff IDs and labels', () => {
	assert.equal(parseConfig(configBytes), {
		platform: amd64,
		diffIds: [
			'sha256:6018adc35629c63e2aa1ac98f0956b3fc9541a59798da140066039a8326b88f2',
			'sha256:f33a10db1a7f33af25f8dfb1aaea7734276e78ba437185df4d3dbcc95afe5d69',
		],
		labels: {'containers.bootc': '1', 'ostree.bootable': '1'},
		created: undefined,
	});
	const config = JSON.parse(configBytes.toString());
	for (const wrong of [
		{...config, rootfs: {...config.rootfs, type: 'snapshots'}},
		{...config, rootfs: {...config.rootfs, diff_ids: ['sha256:x']}},
		{...config, os: undefined},
		{...config, RootFS: config.rootfs},
		{...config, config: {Labels: {a: 1}}},
	])
		assert.throws(
			() => parseConfig(Buffer.from(JSON.stringify(wrong))),
			(error: unknown) => error instanceof DamagedInput,
		);
});

test('that is damaged at random gives a clean error or a sound manifest', () => {
	const seeds = [imageBytes, indexBytes, configBytes];
	const before = process.memoryUsage().rss;
	const rounds = fuzzRounds(10_000);
	let read = 0;
	for (let seed = 0; seed < rounds; seed++) {
		const random = seededRandom(seed);
		const original = random.pick(seeds);
		const bytes = mutate(original, random);
		try {
			if (original === configBytes) parseConfig(bytes);
			else parseManifest(bytes);
			read++;
		} catch (error) {
			if (error instanceof DamagedInput || error instanceof Refused) continue;
			throw new Error(`seed ${seed}`, {cause: error});
		}
	}
	assert.ok(read > 0 && read < rounds, `${read} of ${rounds} were read`);
	assert.ok(process.memoryUsage().rss - before < 200 << 20, 'memory grew by over 200 MiB');
});

test.run();
