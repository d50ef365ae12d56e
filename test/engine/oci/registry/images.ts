import {randomBytes} from 'node:crypto';
import {gzipSync, zstdCompressSync} from 'node:zlib';
import {EngineError} from '../../../../engine/errors.ts';
import {applyLayers} from '../../../../engine/oci/apply-layers.ts';
import type {ImageSource} from '../../../../engine/oci/image.ts';
import {mediaTypes} from '../../../../engine/oci/media-types.ts';
import {parseReference} from '../../../../engine/oci/reference.ts';
import type {RegistryEndpoint} from '../../../../engine/oci/registry/endpoint.ts';
import type {RegistryPorts} from '../../../../engine/oci/registry/ports.ts';
import {registrySource} from '../../../../engine/oci/registry/registry-source.ts';
import {DigestSink} from '../../../../engine/store/digest-sink.ts';
import {Blobs, type RawDescriptor, tarOf} from '../image-builder.ts';
import {listTree} from '../list-tree.ts';
import {fakePorts} from './fake-ports.ts';

export const amd64 = {os: 'linux', architecture: 'amd64'};
export const reference = parseReference('registry.example.com/ns/myos:1');

export interface TestImage {
	readonly blobs: Blobs;
	readonly index: RawDescriptor;
	readonly manifest: RawDescriptor;
	/** gzip, zstd and plain, the lowest first; about 300 kB each. */
	readonly layers: readonly RawDescriptor[];
}

/** Contents are random: compression must not make them small. */
export function threeLayers(): TestImage {
	const blobs = new Blobs();
	const tars = ['one', 'two', 'three'].map((name) =>
		tarOf([
			[`${name}.bin`, randomBytes(300_000)],
			['last', name],
		]),
	);
	const [one = Buffer.alloc(0), two = one, three = one] = tars;
	const manifest = blobs.addImage({
		layers: [
			{tar: one, blob: gzipSync(one)},
			{tar: two, blob: zstdCompressSync(two), mediaType: `${mediaTypes.ociLayer}+zstd`},
			{tar: three, blob: three, mediaType: mediaTypes.ociLayer},
		],
	});
	const mediaType = mediaTypes.ociIndex;
	const index = blobs.addJson(mediaType, {schemaVersion: 2, mediaType, manifests: [manifest]});
	const {layers} = JSON.parse(String(blobs.all.get(manifest.digest)));
	return {blobs, index, manifest, layers};
}

export async function treeOf(source: ImageSource): Promise<string[]> {
	return listTree(await applyLayers(await source.open(amd64), new DigestSink('sha256')));
}

export function sourceOf(
	endpoints: readonly RegistryEndpoint[],
	ports: RegistryPorts = fakePorts(),
) {
	return registrySource(endpoints, reference, ports);
}

/** The error that a piece of work ends with; anything but one for people is thrown. */
export async function failure(work: Promise<unknown>): Promise<EngineError> {
	const outcome = await work.then(
		() => new Error('worked'),
		(error: unknown) => error,
	);
	if (outcome instanceof EngineError) return outcome;
	throw outcome;
}
