import {Refused, UsageError} from '../../errors.ts';
import {type ImageReference, parseReference} from '../reference.ts';
import {findRegistry, matchedLength, type Registries} from './registries.ts';
import type {Mirror, Registry} from './registries-file.ts';

/** A place that may have an image. */
export interface PullSource {
	/** Host and port as references have them. */
	readonly host: string;
	/** Path below it, without tag. */
	readonly repository: string;
	readonly insecure: boolean;
}

/**
 * The mirrors that may serve a reference, in order, then the registry itself. A blocked place is left
 * out where there are others.
 * @throws Refused `registry-blocked` when the name given, or every place, is blocked
 * @throws UsageError when a location makes no name of a repository
 */
export function pullSources(registries: Registries, reference: ImageReference): PullSource[] {
	const name = `${reference.host}/${reference.path}`;
	const registry = findRegistry(registries, name);
	if (registry === undefined)
		return [{host: reference.host, repository: reference.path, insecure: false}];
	if (registry.blocked) throw blockedBy(registry, name);

	const isByDigest = reference.digest !== undefined;
	const sources: PullSource[] = [];
	let blocked: Refused | undefined;
	for (const place of [...registry.mirrors.filter(servesSuch(isByDigest)), registry]) {
		const source = sourceAt(place, registry, name);
		const own = findRegistry(registries, `${source.host}/${source.repository}`);
		if (own?.blocked) blocked = blockedBy(own, `${source.host}/${source.repository}`);
		else sources.push(source);
	}
	if (sources.length === 0 && blocked !== undefined) throw blocked;
	return sources;
}

function servesSuch(isByDigest: boolean): (mirror: Mirror) => boolean {
	const excluded = isByDigest ? 'tag-only' : 'digest-only';
	return ({serves}) => serves !== excluded;
}

function sourceAt(
	{location, insecure}: Pick<Registry, 'location' | 'insecure'>,
	{prefix, origin}: Registry,
	name: string,
): PullSource {
	const rest = name.slice(matchedLength(name, prefix));
	const moved = location === undefined ? name : `${location}${rest}`;
	try {
		// With a tag, so that a location with one is a mistake too.
		const {host, path} = parseReference(`${moved}:latest`);
		return {host, repository: path, insecure};
	} catch (cause) {
		if (!(cause instanceof UsageError)) throw cause;
		throw new UsageError(`${origin}: location "${location}" makes ${moved} of ${name}`, {
			hint: 'Write location and prefix so that a host, and a path in small letters, come of them.',
			cause,
		});
	}
}

function blockedBy({origin}: Registry, name: string): Refused {
	return new Refused('registry-blocked', `${name} is blocked by ${origin}`, {
		hint: 'Name an image of another registry, or allow this one there.',
	});
}
