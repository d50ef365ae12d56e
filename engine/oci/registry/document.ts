import {DamagedInput} from '../../errors.ts';
import {type Digest, digestAlgorithm, isDigest} from '../digest.ts';
import {maxManifestSize} from '../manifest.ts';
import {mediaTypes} from '../media-types.ts';
import type {TopDocument} from '../resolve-image.ts';
import {digestOf} from '../verified.ts';
import {readWhole} from './body.ts';
import type {RegistryClient, RepositoryRequest} from './registry-client.ts';
import type {HttpResponse} from './transport.ts';

/** All of them always: some registries deny an image whose type is not among them. */
const acceptedTypes = [
	mediaTypes.ociIndex,
	mediaTypes.ociManifest,
	mediaTypes.dockerList,
	mediaTypes.dockerManifest,
];
/** What servers say that know no better; the document's own fields tell then. */
const vagueTypes = ['', 'application/json', 'text/plain', 'application/octet-stream'];

/**
 * A manifest or an index, checked against the digest by which it was asked for, or which the registry
 * states.
 * @param name tag or digest
 * @throws DamagedInput, RegistryFailure, Refused `no-such-image`
 */
export async function fetchDocument(client: RegistryClient, name: string): Promise<TopDocument> {
	const response = await client.request(requestFor(name));
	const bytes = await readWhole(response.body(), maxManifestSize, `manifest of ${name}`);
	const stated = statedDigest(response);
	const expected = isDigest(name) ? name : stated;
	const digest = digestOf(bytes, expected === undefined ? 'sha256' : digestAlgorithm(expected));
	if (expected !== undefined && digest !== expected)
		throw new DamagedInput(
			`${client.endpoint.host} gives a manifest with the digest ${digest} for ${expected}`,
			{hint: 'It was damaged or changed on the way. Fetch it again, or push it again.'},
		);
	return {bytes, digest, mediaType: statedType(response)};
}

/**
 * The digest that a tag has now, without fetching what it names; registries do not count that as a
 * pull. It is the registry's word alone.
 * @throws RegistryFailure, Refused `no-such-image`
 */
export async function askDigest(client: RegistryClient, tag: string): Promise<Digest> {
	const okStatuses = [200, 405];
	const response = await client.request({...requestFor(tag), method: 'HEAD', okStatuses});
	await response.drain();
	return statedDigest(response) ?? (await fetchDocument(client, tag)).digest;
}

function requestFor(name: string): RepositoryRequest {
	return {
		path: `manifests/${name}`,
		headers: {accept: acceptedTypes.join(', ')},
		okStatuses: [200],
		wanted: {what: 'image', name},
	};
}

function statedDigest({headers}: HttpResponse): Digest | undefined {
	const stated = headers['docker-content-digest'];
	return typeof stated === 'string' && isDigest(stated) ? stated : undefined;
}

function statedType({headers}: HttpResponse): string | undefined {
	const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
	return vagueTypes.includes(type) ? undefined : type;
}
