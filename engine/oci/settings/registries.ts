import type {RegistriesFile, Registry} from './registries-file.ts';

/** Name among the credential helpers that stands for the files of credentials. */
export const authFileHelper = 'containers-auth.json';

/** What all files of registries say together. */
export interface Registries {
	/** No prefix twice. */
	readonly registries: readonly Registry[];
	readonly aliases: ReadonlyMap<string, string>;
	/** Programs to ask for credentials, and {@link authFileHelper}, in the order in which they count. */
	readonly credentialHelpers: readonly string[];
}

/**
 * A later file replaces an earlier one's table of the same prefix whole, each alias, and the list of
 * credential helpers. Within one file the first table of a prefix counts, as it does for podman.
 */
export function mergeRegistries(files: readonly RegistriesFile[]): Registries {
	const registries = new Map<string, Registry>();
	const aliases = new Map<string, string>();
	let credentialHelpers: readonly string[] = [];
	for (const file of files) {
		for (const registry of file.registries.toReversed()) registries.set(registry.prefix, registry);
		for (const [name, value] of file.aliases) aliases.set(name, value);
		credentialHelpers = file.credentialHelpers ?? credentialHelpers;
	}
	return {
		registries: [...registries.values()],
		aliases,
		credentialHelpers: credentialHelpers.length === 0 ? [authFileHelper] : credentialHelpers,
	};
}

/**
 * The table with the longest prefix of a name.
 * @param name `host[:port]/path`, without tag and digest
 */
export function findRegistry({registries}: Registries, name: string): Registry | undefined {
	return registries
		.filter(({prefix}) => matchedLength(name, prefix) !== undefined)
		.reduce<Registry | undefined>(
			(longest, one) => (one.prefix.length > (longest?.prefix.length ?? 0) ? one : longest),
			undefined,
		);
}

/**
 * How much of a name a prefix covers: up to a border for a plain one, the host without port for
 * `*.example.com`. Undefined when it is no prefix of that name.
 */
export function matchedLength(name: string, prefix: string): number | undefined {
	if (prefix.startsWith('*.')) {
		const host = name.replace(/\/.*$/, '').replace(/:[0-9]+$/, '');
		return host.endsWith(prefix.slice(1)) ? host.length : undefined;
	}
	const isWhole = name.length === prefix.length || /[/:@]/.test(name[prefix.length] ?? '');
	return name.startsWith(prefix) && isWhole ? prefix.length : undefined;
}
