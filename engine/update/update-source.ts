import {mkdtemp, rm} from 'node:fs/promises';
import path from 'node:path';
import type {ImageReference} from '../deployment/origin.ts';
import {imageArchive} from '../oci/archive.ts';
import type {Digest} from '../oci/digest.ts';
import type {ImageSource} from '../oci/image.ts';
import {ociLayout} from '../oci/layout.ts';
import {hostPlatform} from '../oci/platform.ts';
import {parseReference} from '../oci/reference.ts';
import {hostPorts} from '../oci/registry/ports.ts';
import {registrySource} from '../oci/registry/registry-source.ts';
import {endpointsFor} from '../oci/settings/endpoints.ts';
import type {SettingsPlaces} from '../oci/settings/places.ts';
import type {System} from '../system/system.ts';
import {enforcePolicy} from '../trust/enforce-policy.ts';
import {splitArchiveName} from './image-name.ts';
import {storedImage} from './stored-image.ts';

/** Where the images of a machine come from, once the policy lets them. */
export interface UpdateSource extends AsyncDisposable, ImageSource {
	/** Of what the name leads to now; from a registry without transferring it. */
	latestDigest(): Promise<Digest | undefined>;
}

export interface UpdateSourceOptions {
	readonly places: SettingsPlaces;
	/** Read instead of all other files of credentials. */
	readonly authFile?: string | undefined;
	/** Read instead of the system's policy. */
	readonly policyFile?: string | undefined;
	/** Ask a registry for this one, whatever the name leads to now. */
	readonly digest?: Digest;
	readonly signal?: AbortSignal;
}

/**
 * Asks the policy, and then opens where an image comes from; nothing of the image is read yet.
 * @throws Refused `policy-rejects`, `policy-unchecked`, `no-policy`, `registry-blocked`, `no-such-image`
 * @throws UsageError for mistakes in settings that are shared with podman
 */
export async function openUpdateSource(
	system: System,
	{image, transport}: ImageReference,
	options: UpdateSourceOptions,
): Promise<UpdateSource> {
	if (transport === 'registry') return openRegistry(system, image, options);
	if (transport === 'containers-storage') return openStored(system, image, options);
	const {path: file, name} = splitArchiveName(image);
	await enforcePolicy({transport, path: file}, options);
	return local(transport === 'oci' ? ociLayout(file, name) : imageArchive(file, name));
}

async function openRegistry(
	system: System,
	image: string,
	options: UpdateSourceOptions,
): Promise<UpdateSource> {
	const named = parseReference(image);
	await enforcePolicy({transport: 'docker', reference: named}, options);
	const reference = {...named, ...(options.digest && {digest: options.digest})};
	const endpoints = await endpointsFor(system, reference, options);
	const source = registrySource(endpoints, reference, hostPorts(options.signal));
	return {...source, [Symbol.asyncDispose]: async () => {}};
}

/** podman alone knows how its storage is laid out: it writes the image into an archive for us. */
async function openStored(
	system: System,
	image: string,
	options: UpdateSourceOptions,
): Promise<UpdateSource> {
	await enforcePolicy(await storedImage(system, image), options);
	const folder = await mkdtemp('/var/tmp/slipway-image-');
	const remove = () => rm(folder, {recursive: true, force: true});
	try {
		const file = path.join(folder, 'image.tar');
		const args = ['save', '--quiet', '--format', 'oci-archive', '--output', file, image];
		await system.run('podman', args, options.signal && {signal: options.signal});
		return {...local(imageArchive(file)), [Symbol.asyncDispose]: remove};
	} catch (error) {
		await remove();
		throw error;
	}
}

function local(source: ImageSource): UpdateSource {
	return {
		...source,
		async latestDigest() {
			const {top, manifest} = await source.open(hostPlatform());
			return (top ?? manifest)?.digest;
		},
		[Symbol.asyncDispose]: async () => {},
	};
}
