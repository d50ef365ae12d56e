import * as v from 'valibot';
import {DamagedInput, Refused} from '../errors.ts';
import {checked, refuseLookalikes} from './checked.ts';
import {annotationsSchema, type Descriptor, descriptorSchema} from './descriptor.ts';
import {
	type IndexType,
	isConfigType,
	isForeignLayerType,
	isIndexType,
	isLayerType,
	isManifestType,
	type ManifestType,
	mediaTypes,
} from './media-types.ts';
import {parseStrictJson} from './strict-json.ts';

export interface ImageManifest {
	readonly kind: 'image';
	readonly mediaType: ManifestType;
	readonly config: Descriptor;
	/** The lowest first. */
	readonly layers: readonly Descriptor[];
	readonly annotations: Readonly<Record<string, string>>;
}

export interface ImageIndex {
	readonly kind: 'index';
	readonly mediaType: IndexType;
	readonly manifests: readonly Descriptor[];
	readonly annotations: Readonly<Record<string, string>>;
}

/** As container engines: larger ones are an attack. */
export const maxManifestSize = 4 << 20;
const maxLayers = 1000;
const maxInstances = 10_000;

const fields = ['schemaVersion', 'mediaType', 'config', 'layers', 'manifests', 'artifactType'];
const common = {schemaVersion: v.literal(2), annotations: annotationsSchema};
const imageSchema = v.object({
	...common,
	config: descriptorSchema,
	layers: v.pipe(v.array(descriptorSchema), v.maxLength(maxLayers)),
});
const indexSchema = v.object({
	...common,
	manifests: v.pipe(v.array(descriptorSchema), v.maxLength(maxInstances)),
});
const outlineSchema = v.looseObject({
	schemaVersion: v.number(),
	mediaType: v.optional(v.string()),
	artifactType: v.nullish(v.string()),
});

/**
 * Reads a manifest or an index, OCI's or docker's, from the bytes that its digest is of.
 * @param statedType what the descriptor or the registry called it, without parameters
 * @throws DamagedInput when it is malformed or can be read in two ways
 * @throws Refused `unsupported-image` for what is well-formed and no image for us
 * @see https://github.com/opencontainers/image-spec/blob/main/manifest.md
 */
export function parseManifest(bytes: Buffer, statedType?: string): ImageManifest | ImageIndex {
	if (bytes.length > maxManifestSize)
		throw new DamagedInput(`the manifest has ${bytes.length} bytes, over ${maxManifestSize}`);
	const value = parseStrictJson(bytes, 'manifest');
	refuseLookalikes(value, fields, 'manifest');
	const outline = checked(outlineSchema, value, 'manifest');
	if (outline.schemaVersion === 1)
		throw unsupported('its manifest is docker schema 1, which has no digest of its layers');
	const mediaType = decideType(outline, statedType);
	return isIndexType(mediaType) ? asIndex(value, mediaType) : asImage(value, mediaType, outline);
}

function decideType(
	outline: {readonly mediaType?: string | undefined; readonly [key: string]: unknown},
	statedType: string | undefined,
): ManifestType | IndexType {
	const {mediaType} = outline;
	if (mediaType !== undefined && statedType !== undefined && mediaType !== statedType)
		throw new DamagedInput(
			`the manifest calls itself ${mediaType}, but was given as ${statedType}`,
		);
	const isIndex = 'manifests' in outline;
	const isImage = 'layers' in outline || 'config' in outline;
	if (isIndex === isImage)
		throw new DamagedInput(
			isIndex ? 'the manifest is an index and an image at once' : 'the manifest names no layers',
		);
	// OCI lets both leave their type out.
	const type = mediaType ?? statedType ?? (isIndex ? mediaTypes.ociIndex : mediaTypes.ociManifest);
	if (isIndex && isIndexType(type)) return type;
	if (isImage && isManifestType(type)) return type;
	throw new DamagedInput(`the manifest is of the type ${type}, and its fields are of another`);
}

function asIndex(value: unknown, mediaType: IndexType): ImageIndex {
	const {manifests, annotations} = checked(indexSchema, value, 'index');
	return {kind: 'index', mediaType, manifests, annotations: annotations ?? {}};
}

function asImage(
	value: unknown,
	mediaType: ManifestType,
	{artifactType}: {readonly artifactType?: string | null | undefined},
): ImageManifest {
	const {config, layers, annotations} = checked(imageSchema, value, 'manifest');
	if (!isConfigType(config.mediaType))
		throw unsupported(`it is no container image but ${artifactType ?? config.mediaType}`);
	for (const {mediaType} of layers) {
		if (isForeignLayerType(mediaType))
			throw unsupported(`a layer of it lies outside of the registry (${mediaType})`);
		if (!isLayerType(mediaType)) throw unsupported(`a layer of it is ${mediaType}`);
	}
	return {kind: 'image', mediaType, config, layers, annotations: annotations ?? {}};
}

function unsupported(reason: string): Refused {
	return new Refused('unsupported-image', `the image cannot be used: ${reason}`, {
		hint: 'Build it again with a current podman, buildah or docker, without encryption.',
	});
}
