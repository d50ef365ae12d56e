import {UsageError} from '../errors.ts';
import {type Digest, isDigest} from './digest.ts';

/** Names an image in a registry: `host[:port]/path[:tag][@digest]`. */
export interface ImageReference {
	/** With the port, as it stands in configuration files: `docker.io`, `registry.example.com:5000`. */
	readonly host: string;
	readonly path: string;
	/** `latest` when there was neither tag nor digest. Beside a digest it is only a name for people. */
	readonly tag: string | undefined;
	/** Decides what is fetched when it is there. */
	readonly digest: Digest | undefined;
}

const hostPattern =
	/^(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::[0-9]{1,5})?$/;
const pathPattern =
	/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const maxPathLength = 255;

/**
 * Reads a reference as a person writes it, with or without `docker://` in front. A short name is
 * refused: which registry it means would depend on the machine.
 * @throws UsageError
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
 */
export function parseReference(text: string): ImageReference {
	const written = text.replace(/^docker:\/\//, '');
	const fail = (problem: string, hint: string) =>
		new UsageError(`${JSON.stringify(text)} is not an image reference: ${problem}`, {hint});
	const example = 'Write it as registry.example.com/name:tag.';
	const slash = written.indexOf('/');
	const first = slash === -1 ? '' : written.slice(0, slash);
	if (isShortName(written))
		throw fail('it names no registry', `Write the registry too, such as docker.io/${written}.`);
	if (!hostPattern.test(first)) throw fail(`"${first}" is not a host name`, example);

	const [named = '', digest, ...more] = written.slice(slash + 1).split('@');
	if (more.length > 0 || (digest !== undefined && !isDigest(digest)))
		throw fail('its digest is not sha256: and 64 hex digits', example);
	const colon = named.indexOf(':');
	const path = colon === -1 ? named : named.slice(0, colon);
	const tag = colon === -1 ? undefined : named.slice(colon + 1);
	if (path.length > maxPathLength || !pathPattern.test(path))
		throw fail(`"${path}" is not a repository path (lower-case letters and digits)`, example);
	if (tag !== undefined && !tagPattern.test(tag)) throw fail(`"${tag}" is not a tag`, example);
	const host = first === 'index.docker.io' ? 'docker.io' : first;
	return {
		host,
		path: host === 'docker.io' && !path.includes('/') ? `library/${path}` : path,
		tag: tag ?? (digest === undefined ? 'latest' : undefined),
		digest,
	};
}

/** Whether a name does not say which registry it is of: `debian`, `team/image:1`. */
export function isShortName(text: string): boolean {
	const slash = text.indexOf('/');
	const first = slash === -1 ? '' : text.slice(0, slash);
	return !/[.:]/.test(first) && first !== 'localhost';
}

/** The reference in full; {@link parseReference} gives the same again. */
export function formatReference({host, path, tag, digest}: ImageReference): string {
	const withTag = tag === undefined ? `${host}/${path}` : `${host}/${path}:${tag}`;
	return digest === undefined ? withTag : `${withTag}@${digest}`;
}

/**
 * Whether another machine can pull it. `localhost/…` is how podman names images that it built
 * itself, and a loopback address is a different registry on every machine.
 */
export function isPullable({host}: ImageReference): boolean {
	const name = host.replace(/:[0-9]+$/, '').toLowerCase();
	const isLoopback =
		name === 'localhost' ||
		name.endsWith('.localhost') ||
		name === '[::1]' ||
		/^127(?:\.[0-9]+){3}$/.test(name);
	return !isLoopback;
}
