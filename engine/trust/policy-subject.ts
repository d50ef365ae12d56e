import {formatReference, type ImageReference} from '../oci/reference.ts';

/** An image that a policy is asked about, under the name that the person gave; never that of a mirror. */
export type PolicySubject = RegistryImage | ImageInFiles | StoredImage;

export interface RegistryImage {
	readonly transport: 'docker';
	readonly reference: ImageReference;
}

export interface ImageInFiles {
	readonly transport: 'oci' | 'oci-archive' | 'docker-archive';
	readonly path: string;
}

export interface StoredImage {
	readonly transport: 'containers-storage';
	/** Such as `overlay` and `/var/lib/containers/storage`. */
	readonly store: {readonly driver: string; readonly root: string};
	readonly reference: ImageReference | undefined;
	/** 64 hex digits. */
	readonly imageId: string | undefined;
}

/**
 * What a policy may call an image, the most exact first; the scope `""` is not among them.
 * @see https://github.com/containers/container-libs/blob/main/image/docs/containers-policy.json.5.md#supported-transports-and-their-scopes
 */
export function scopesOf(subject: PolicySubject): string[] {
	switch (subject.transport) {
		case 'docker':
			return [
				exactName(subject.reference),
				...repositoryScopes(subject.reference),
				...parentDomains(subject.reference.host),
			];
		case 'oci':
		case 'oci-archive':
			return pathScopes(subject.path);
		case 'docker-archive':
			return [];
		case 'containers-storage':
			return storeScopes(subject);
	}
}

/** The name for people. */
export function formatSubject(subject: PolicySubject): string {
	if (subject.transport === 'docker') return formatReference(subject.reference);
	if (subject.transport !== 'containers-storage') return `${subject.transport}:${subject.path}`;
	const {reference, imageId} = subject;
	return `containers-storage:${reference === undefined ? imageId : formatReference(reference)}`;
}

/** A digest decides what is fetched, so a rule for the tag beside it has no say. */
function exactName({host, path, tag, digest}: ImageReference): string {
	return formatReference({host, path, digest, tag: digest === undefined ? tag : undefined});
}

/** `host/ns/repo`, `host/ns`, `host`. */
function repositoryScopes({host, path}: ImageReference): string[] {
	const parts = path.split('/');
	return [
		...parts.map((_, index) => [host, ...parts.slice(0, parts.length - index)].join('/')),
		host,
	];
}

/** `*.b.com` and `*.com` for `a.b.com:5000`. */
function parentDomains(host: string): string[] {
	const labels = host.replace(/:[0-9]+$/, '').split('.');
	return labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`);
}

/** The path and all above it but `/`. */
function pathScopes(path: string): string[] {
	const parts = path.split('/').slice(1);
	return parts.map((_, index) => `/${parts.slice(0, parts.length - index).join('/')}`);
}

function storeScopes({store: {driver, root}, reference, imageId}: StoredImage): string[] {
	const id = imageId === undefined ? '' : `@${imageId}`;
	const name = reference === undefined ? '' : exactName(reference);
	const names = [
		...(id === '' ? [] : [`${name}${id}`]),
		...(reference === undefined ? [] : [name, ...repositoryScopes(reference)]),
	];
	const store = `[${driver}@${root}]`;
	return [...names.map((one) => `${store}${one}`), store, `[${root}]`];
}
