import type {Digest} from '../digest.ts';
import type {ImageSource} from '../image.ts';
import {isIndexType, isManifestType} from '../media-types.ts';
import {formatReference, type ImageReference} from '../reference.ts';
import {type ContentStore, resolveImage} from '../resolve-image.ts';
import {blobStream} from './blob-stream.ts';
import {askDigest, fetchDocument} from './document.ts';
import type {RegistryEndpoint} from './endpoint.ts';
import {type Clients, withFirst} from './fail-over.ts';
import type {RegistryPorts} from './ports.ts';
import {RegistryClient} from './registry-client.ts';

export interface RegistrySource extends ImageSource {
	/**
	 * The digest that the image's `top` document has now, by the registry's word: enough to see
	 * whether there is an update.
	 * @throws RegistryFailure, Refused `no-such-image`
	 */
	latestDigest(): Promise<Digest>;
}

/**
 * An image in a registry. The endpoints, mirrors first and the primary last, are asked in this order; all
 * that belongs to the image comes from the first that has its manifest, or from the others where
 * that one fails.
 * @param reference the image's name as it was given; each endpoint has its own host and repository
 */
export function registrySource(
	endpoints: readonly RegistryEndpoint[],
	reference: ImageReference,
	ports: RegistryPorts,
): RegistrySource {
	const clients = endpoints.map((endpoint) => new RegistryClient(endpoint, ports));
	const name = reference.digest ?? reference.tag ?? 'latest';
	return {
		name: formatReference(reference),
		async open(platform) {
			const {client, result} = await withFirst(clients, ports, (client) =>
				fetchDocument(client, name),
			);
			const preferred = [client, ...clients.filter((other) => other !== client)];
			return resolveImage(contentStore(preferred, ports), result, platform);
		},
		async latestDigest() {
			if (reference.digest !== undefined) return reference.digest;
			const {result} = await withFirst(clients, ports, (client) => askDigest(client, name));
			return result;
		},
	};
}

function contentStore(clients: Clients, ports: RegistryPorts): ContentStore {
	return {
		open: (descriptor) => {
			const {mediaType, digest} = descriptor;
			return isManifestType(mediaType) || isIndexType(mediaType)
				? openDocument(clients, ports, digest)
				: blobStream(clients, ports, descriptor);
		},
		range: (blob, span) => blobStream(clients, ports, blob, span),
	};
}

async function* openDocument(
	clients: Clients,
	ports: RegistryPorts,
	digest: Digest,
): AsyncGenerator<Buffer, void> {
	const {result} = await withFirst(clients, ports, (client) => fetchDocument(client, digest));
	yield result.bytes;
}
