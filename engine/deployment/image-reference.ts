import {UsageError} from '../errors.ts';
import {formatReference, isPullable, parseReference} from '../oci/reference.ts';
import {lineOfKey, parseSettings, settingsMistake} from '../settings-file.ts';

/** The reference that a machine will take its updates from, and who said so. */
export interface UpdateReference {
	readonly image: string;
	readonly source: 'option' | 'container' | 'image';
	/** Why no other machine can pull it; undefined when one can. */
	readonly unpullable: Unpullable | undefined;
}

export interface Unpullable {
	/** Ends a sentence that begins with the reference. */
	readonly reason: string;
	/** What a reference looks like that others can pull. */
	readonly better: string;
}

/** What podman tells a container about itself in /run/.containerenv. */
export interface ContainerEnvironment {
	/** What the container is called. */
	readonly name: string | undefined;
	/** The reference it was started from. */
	readonly image: string | undefined;
	/** `sha256:…` of the image configuration. */
	readonly configDigest: string | undefined;
}

export const containerEnvironmentFile = '/run/.containerenv';
export const imageSettingsFile = '/usr/lib/slipway/image.toml';

export interface ReferenceSources {
	/** Value of `--target-image`. */
	readonly option?: string | undefined;
	/** Text of {@link containerEnvironmentFile}. */
	readonly containerEnvironment?: string | undefined;
	/** Text of {@link imageSettingsFile}. */
	readonly imageSettings?: string | undefined;
}

/**
 * Where updates come from: what the person says, else what the container was started from, else what
 * the image says of itself. A name for this host alone, as every image has right after its build, gives
 * way to one that can be pulled. Undefined when nobody knows one.
 * @throws UsageError with file, line and what was expected, for a mistake in the image's settings
 */
export function updateReference(sources: ReferenceSources): UpdateReference | undefined {
	const known = (image: string | undefined, source: UpdateReference['source']) =>
		image === undefined ? [] : [{image, source, unpullable: whyUnpullable(image)}];
	if (sources.option !== undefined) return known(sources.option, 'option')[0];
	const candidates = [
		...known(parseContainerEnvironment(sources.containerEnvironment ?? '').image, 'container'),
		...known(parseImageSettings(sources.imageSettings ?? ''), 'image'),
	];
	return candidates.find(({unpullable}) => unpullable === undefined) ?? candidates[0];
}

/** Why no other machine can pull a reference of a registry; undefined when one can. */
export function whyUnpullable(image: string): Unpullable | undefined {
	if (/^(sha256:)?[0-9a-f]{12,64}$/.test(image))
		return {
			reason: 'is the ID of an image on one host, not a name in a registry',
			better: 'REGISTRY/NAME:TAG',
		};
	if (!/^(localhost|[^/]*[.:][^/]*)\//.test(image))
		return {reason: 'names no registry', better: `REGISTRY/${image}`};
	try {
		const reference = parseReference(image);
		if (isPullable(reference)) return undefined;
		const better = formatReference({...reference, host: 'REGISTRY'});
		return {reason: 'is on this host alone', better};
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		return {reason: 'is not an image reference', better: 'REGISTRY/NAME:TAG'};
	}
}

/** What to tell a person about a reference that leads nowhere; `remedy` is what they can do now. */
export function unpullableWarning(
	image: string,
	{reason, better}: Unpullable,
	remedy: 'install' | 'install again',
): {readonly code: 'unpullable-reference'; readonly message: string; readonly hint: string} {
	return {
		code: 'unpullable-reference',
		message: `${image} ${reason}: no update can come from there`,
		hint: `Push the image to a registry that the machine reaches, and ${remedy} with --target-image ${better}.`,
	};
}

export function parseContainerEnvironment(text: string): ContainerEnvironment {
	const values = new Map(
		[...text.matchAll(/^([a-z]+)=("(?:[^"\\]|\\.)*")$/gm)].map(
			([, key = '', value = '']) => [key, unquote(value)] as const,
		),
	);
	const id = values.get('imageid') ?? '';
	return {
		name: values.get('name') || undefined,
		image: values.get('image') || undefined,
		configDigest: /^[0-9a-f]{64}$/.test(id) ? `sha256:${id}` : undefined,
	};
}

function parseImageSettings(text: string): string | undefined {
	const file = {path: imageSettingsFile, text};
	const expected = `reference = "REGISTRY/NAME:TAG"`;
	const {reference} = parseSettings(file, expected);
	if (reference === undefined || reference === '') return undefined;
	if (typeof reference === 'string') return reference;
	const line = lineOfKey(text, ['reference']);
	throw settingsMistake(file, line, {what: 'reference is not a string', expected});
}

/** podman quotes as Go does; names of images hold nothing that JSON writes in another way. */
function unquote(quoted: string): string {
	try {
		return JSON.parse(quoted);
	} catch {
		return '';
	}
}
