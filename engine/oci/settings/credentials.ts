import type {System} from '../../system/system.ts';
import type {RegistryCredentials} from '../registry/endpoint.ts';
import {findAuth, parseAuthFile} from './auth-file.ts';
import {authPlaces} from './auth-places.ts';
import {askCredentialHelper} from './credential-helper.ts';
import {readNamedSettings, readSettings, type SettingsPlaces} from './places.ts';
import {authFileHelper} from './registries.ts';

export interface CredentialOptions {
	readonly places: SettingsPlaces;
	/** Read instead of all other files of credentials. */
	readonly authFile?: string | undefined;
	/** Ends a helper that is asked. */
	readonly signal?: AbortSignal | undefined;
}

/** The repository as it is asked for: of the mirror, when that is one. */
export interface Repository {
	readonly host: string;
	/** Path below the host, without tag. */
	readonly repository: string;
}

/**
 * @param helpers from the files of registries, see `Registries.credentialHelpers`
 * @throws UsageError which names a broken file
 */
export async function credentialsFor(
	system: System,
	wanted: Repository,
	{helpers, ...options}: CredentialOptions & {readonly helpers: readonly string[]},
): Promise<RegistryCredentials | undefined> {
	for (const suffix of helpers) {
		const found =
			suffix === authFileHelper
				? await credentialsInFiles(system, wanted, options)
				: await askCredentialHelper(system, {
						suffix,
						host: wanted.host,
						source: 'credential-helpers in registries.conf',
						signal: options.signal,
					});
		if (found !== undefined) return found;
	}
	return undefined;
}

/** Of the first file that has some; those after it are not read. */
async function credentialsInFiles(
	system: System,
	wanted: Repository,
	{places, authFile, signal}: CredentialOptions,
): Promise<RegistryCredentials | undefined> {
	const {files, namedBy} = authPlaces(places, authFile);
	for (const file of files) {
		const bytes =
			namedBy === undefined
				? await readSettings(places, file)
				: await readNamedSettings(places, file, namedBy);
		const match = bytes && findAuth(parseAuthFile(file, bytes), wanted);
		const found =
			match?.kind === 'helper'
				? await askCredentialHelper(system, {
						suffix: match.suffix,
						host: wanted.host,
						source: file,
						signal,
					})
				: match;
		if (found !== undefined) return found;
	}
	return undefined;
}
