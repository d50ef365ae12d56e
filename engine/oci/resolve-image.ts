import {DamagedInput, Refused} from '../errors.ts';
import {chooseInstance} from './choose-instance.ts';
import {type ImageConfig, maxConfigSize, parseConfig} from './config.ts';
import type {Descriptor} from './descriptor.ts';
import type {Digest} from './digest.ts';
import type {BlobSpan, Image, ImageLayer, RawDocument} from './image.ts';
import {type ImageManifest, maxManifestSize, parseManifest} from './manifest.ts';
import {formatPlatform, type Platform} from './platform.ts';
import {verified} from './verified.ts';

/** Gives content by its descriptor. A registry keeps manifests apart; their media type tells them. */
export interface ContentStore {
	/** The bytes, not verified. @throws DamagedInput or OperationFailed, also while it is read */
	open(descriptor: Descriptor): AsyncIterable<Buffer>;
	/** A part of a blob, where that costs less than all of it; see {@link ImageLayer.range}. */
	range?(descriptor: Descriptor, span: BlobSpan): AsyncIterable<Buffer>;
}

/** The document a reference led to, checked against its digest by who fetched it. */
export interface TopDocument extends RawDocument {
	/** What it was called where it was found. */
	readonly mediaType: string | undefined;
}

/**
 * From the top document to the image of one platform: index, manifest, config, each checked against
 * the digest that leads to it.
 */
export async function resolveImage(
	store: ContentStore,
	top: TopDocument,
	platform: Platform,
): Promise<Image> {
	const {manifest, document} = await findManifest(store, top, platform);
	const bytes = await fetchContent(store, manifest.config, 'config', maxConfigSize);
	const config = parseConfig(bytes);
	checkConfig(config, manifest.layers.length, platform);
	return {
		top: {bytes: top.bytes, digest: top.digest},
		manifest: document,
		config: {...config, bytes, digest: manifest.config.digest},
		layers: manifest.layers.map((layer, index) =>
			layerOf(store, layer, config.diffIds[index] ?? layer.digest),
		),
	};
}

async function findManifest(
	store: ContentStore,
	top: TopDocument,
	platform: Platform,
): Promise<{manifest: ImageManifest; document: RawDocument}> {
	const first = parseManifest(top.bytes, top.mediaType);
	if (first.kind === 'image')
		return {manifest: first, document: {bytes: top.bytes, digest: top.digest}};
	const entry = chooseInstance(first.manifests, platform);
	const bytes = await fetchContent(store, entry, 'manifest', maxManifestSize);
	const manifest = parseManifest(bytes, entry.mediaType);
	if (manifest.kind === 'index') throw new DamagedInput('the index leads to another index');
	return {manifest, document: {bytes, digest: entry.digest}};
}

/** Reads a small document whole and checks it. */
export async function fetchContent(
	store: ContentStore,
	descriptor: Descriptor,
	what: string,
	limit: number,
): Promise<Buffer> {
	const {digest, size} = descriptor;
	if (size > limit)
		throw new DamagedInput(`the ${what} ${digest} has ${size} bytes, over ${limit}`);
	const source = openContent(store, descriptor);
	return Buffer.concat(await Array.fromAsync(verified(source, {what, digest, size})));
}

function openContent(store: ContentStore, descriptor: Descriptor): AsyncIterable<Buffer> {
	return descriptor.data === undefined ? store.open(descriptor) : once(descriptor.data);
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer, void> {
	yield bytes;
}

function layerOf(store: ContentStore, descriptor: Descriptor, diffId: Digest): ImageLayer {
	return {
		diffId,
		size: descriptor.size,
		descriptor,
		open: () => openContent(store, descriptor),
		...(store.range && {range: store.range.bind(store, descriptor)}),
	};
}

/** @throws DamagedInput, or Refused `no-such-platform` for an image of another kind of machine */
export function checkConfig(config: ImageConfig, layerCount: number, wanted: Platform): void {
	if (config.diffIds.length !== layerCount)
		throw new DamagedInput(
			`the image has ${layerCount} layers, and its config has ${config.diffIds.length} diff IDs`,
		);
	const {os, architecture} = config.platform;
	if (os !== wanted.os || architecture !== wanted.architecture)
		throw new Refused(
			'no-such-platform',
			`the image is for ${formatPlatform(config.platform)}, not for ${formatPlatform(wanted)}`,
			{hint: `Build it with --platform ${formatPlatform(wanted)}.`},
		);
}
