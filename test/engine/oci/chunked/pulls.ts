import {readFileSync} from 'node:fs';
import path from 'node:path';
import {zstdDecompressSync} from 'node:zlib';
import type {EngineError} from '../../../../engine/errors.ts';
import {applyLayers} from '../../../../engine/oci/apply-layers.ts';
import type {Image} from '../../../../engine/oci/image.ts';
import type {FetchOptions} from '../../../../engine/oci/layer-fetcher.ts';
import {mediaTypes} from '../../../../engine/oci/media-types.ts';
import {type PulledImage, pullImage} from '../../../../engine/oci/pull-image.ts';
import {DigestSink} from '../../../../engine/store/digest-sink.ts';
import type {Store} from '../../../../engine/store/store.ts';
import {seededRandom} from '../../../seeded.ts';
import {Blobs, type LayerInput, tarOf} from '../image-builder.ts';
import {listTree} from '../list-tree.ts';
import {type FakeRegistry, type RegistryOptions, startRegistry} from '../registry/fake-registry.ts';
import {amd64, sourceOf} from '../registry/images.ts';
import type {ChunkedEntry} from './chunked-layer.ts';

const fixtures = path.resolve(import.meta.dirname, '../../../fixtures/oci/zstd-chunked');

/** What every image here begins with; without these folders there is no deployment. */
const base: LayerInput = {
	tar: tarOf(
		[['etc/old', 'goes away']],
		{name: 'boot/', typeflag: '5', mode: '0000755'},
		{name: 'sysroot/', typeflag: '5', mode: '0000755'},
	),
};

export interface Origin extends Disposable {
	/** Its second layer is the first of those that were given. */
	readonly image: Image;
	/** What opening the image asked and sent is not counted. */
	readonly registry: FakeRegistry;
}

/** An image in a registry of its own. */
export async function serve(
	layers: readonly LayerInput[],
	onRequest?: RegistryOptions['onRequest'],
): Promise<Origin> {
	const blobs = new Blobs();
	const tag = blobs.addImage({layers: [base, ...layers]});
	const registry = await startRegistry({blobs, tags: {1: tag}, ...(onRequest && {onRequest})});
	const image = await sourceOf([registry.endpoint()]).open(amd64);
	registry.sentBytes = 0;
	registry.requests.length = 0;
	return {image, registry, [Symbol.dispose]: () => registry.close()};
}

export async function pull(
	store: Store,
	image: Image,
	options?: FetchOptions,
): Promise<PulledImage> {
	await using writer = await store.write();
	const pulled = await pullImage(image, writer, options);
	await writer.commit();
	return pulled;
}

export async function failedPull(
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

/** The ranges that a registry was asked for, in their order. */
export function rangesOf({requests}: FakeRegistry): string[] {
	return requests.map(({headers}) => headers.range ?? 'all');
}

/** The tree of an image whose layers are read whole. */
export async function treeOf({image}: Origin): Promise<string[]> {
	return listTree(await applyLayers(image, new DigestSink('sha256')));
}

/** A layer as skopeo wrote it. */
export function fixtureLayer(version: 'v1' | 'v2'): LayerInput {
	const read = (name: string) => readFileSync(path.join(fixtures, version, name));
	const blob = read('layer.zst');
	const [{annotations}] = JSON.parse(String(read('manifest.json'))).layers;
	const mediaType = `${mediaTypes.ociLayer}+zstd`;
	return {tar: zstdDecompressSync(blob), blob, mediaType, annotations};
}

/** Content that does not compress, so that its size in the blob is about its own. */
export function noise(size: number, seed: number): Buffer {
	return seededRandom(seed).bytes(size);
}

export function fileOf(name: string, content: Buffer | string, ...cuts: number[]): ChunkedEntry {
	return {name, content: Buffer.from(content), cuts};
}

const large = noise(3 << 20, 4);

/** A layer with what layers have. */
export const versionOne: readonly ChunkedEntry[] = [
	{name: 'usr/', typeflag: '5', mode: '0000755'},
	{name: 'usr/bin/', typeflag: '5', mode: '0000755'},
	fileOf('usr/bin/app', noise(90_000, 1), 30_000, 60_000),
	fileOf('usr/bin/other', noise(70_000, 2)),
	fileOf('usr/empty', ''),
	fileOf('usr/small', 'small, version 1'),
	fileOf('usr/kept', noise(200_000, 3)),
	fileOf('usr/tiny', 'tiny'),
	{name: 'usr/link', typeflag: '2', link: 'bin/app'},
	{name: 'usr/hard', typeflag: '1', link: 'usr/bin/app'},
	{name: 'usr/null', typeflag: '3', devMajor: '0000001', devMinor: '0000003'},
	{name: 'usr/fifo', typeflag: '6'},
	{name: 'etc/.wh.old'},
	fileOf('usr/large', large),
	fileOf('usr/last', noise(1000, 5)),
];

/** The same with other contents of some files, by name. */
export function changed(
	contents: Readonly<Record<string, Buffer | string>>,
): readonly ChunkedEntry[] {
	return versionOne.map((entry) => {
		const content = contents[entry.name ?? ''];
		return content === undefined ? entry : fileOf(entry.name ?? '', content);
	});
}

export const versionTwo = changed({
	'usr/bin/app': noise(95_000, 11),
	'usr/small': 'small, version 2',
});
