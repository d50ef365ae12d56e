/** @see https://github.com/opencontainers/image-spec/blob/main/media-types.md */
export const mediaTypes = {
	ociIndex: 'application/vnd.oci.image.index.v1+json',
	ociManifest: 'application/vnd.oci.image.manifest.v1+json',
	ociConfig: 'application/vnd.oci.image.config.v1+json',
	ociLayer: 'application/vnd.oci.image.layer.v1.tar',
	dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
	dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
	dockerConfig: 'application/vnd.docker.container.image.v1+json',
	dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar',
} as const;

export type IndexType = typeof mediaTypes.ociIndex | typeof mediaTypes.dockerList;
export type ManifestType = typeof mediaTypes.ociManifest | typeof mediaTypes.dockerManifest;

export function isIndexType(type: string): type is IndexType {
	return type === mediaTypes.ociIndex || type === mediaTypes.dockerList;
}

export function isManifestType(type: string): type is ManifestType {
	return type === mediaTypes.ociManifest || type === mediaTypes.dockerManifest;
}

export function isConfigType(type: string): boolean {
	return type === mediaTypes.ociConfig || type === mediaTypes.dockerConfig;
}

const layerTypes: ReadonlySet<string> = new Set([
	mediaTypes.ociLayer,
	`${mediaTypes.ociLayer}+gzip`,
	`${mediaTypes.ociLayer}+zstd`,
	mediaTypes.dockerLayer,
	`${mediaTypes.dockerLayer}.gzip`,
	// Written by tools that push zstd into docker schema 2, and read by all engines.
	`${mediaTypes.dockerLayer}.zstd`,
]);

/** How a layer is compressed is told by its first bytes; the type only says that it is a layer. */
export function isLayerType(type: string): boolean {
	return layerTypes.has(type);
}

/** A layer that lies elsewhere and must not be in a registry: deprecated, and never in our images. */
export function isForeignLayerType(type: string): boolean {
	return /\.nondistributable\.|\.foreign\./.test(type);
}
