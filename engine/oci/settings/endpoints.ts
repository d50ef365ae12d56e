import type {System} from '../../system/system.ts';
import type {ImageReference} from '../reference.ts';
import type {RegistryEndpoint} from '../registry/endpoint.ts';
import {type CredentialOptions, credentialsFor} from './credentials.ts';
import {pullSources} from './pull-sources.ts';
import {readRegistries} from './read-registries.ts';
import {registryTls} from './registry-tls.ts';

/**
 * Where an image may be had, the best first: mirrors that may serve it, and the registry itself last.
 * Credentials and certificates are those of the place that is asked, whatever the image is called, so
 * that none go to another.
 * @throws Refused `registry-blocked`
 * @throws UsageError for a mistake in a file of settings, which it names
 * @throws Lacking `missing-program`, OperationFailed when a credential helper does not answer
 */
export async function endpointsFor(
	system: System,
	reference: ImageReference,
	options: CredentialOptions,
): Promise<RegistryEndpoint[]> {
	const registries = await readRegistries(options.places);
	const endpoints: RegistryEndpoint[] = [];
	// One after the other: a helper may have to ask somebody.
	for (const source of pullSources(registries, reference))
		endpoints.push({
			...source,
			credentials: await credentialsFor(system, source, {
				...options,
				helpers: registries.credentialHelpers,
			}),
			tls: await registryTls(options.places, source.host),
		});
	return endpoints;
}
