import type {InstalledPackage, PackageFormat} from '../package-versions.ts';

/** The distribution that packages are of. */
export interface Distribution {
	/** `ID` of os-release(5). */
	readonly id: string;
	/** Its `VERSION_ID`; rolling ones have none. */
	readonly version: string | undefined;
}

const types: Readonly<Record<PackageFormat, string>> = {dpkg: 'deb', rpm: 'rpm', apk: 'apk'};

/**
 * Names a package for everybody: `pkg:deb/debian/bash@5.2.37-2%2Bb5?arch=amd64&distro=debian-13`.
 * @see https://github.com/package-url/purl-spec
 */
export function packageUrl(
	format: PackageFormat,
	{name, version, architecture}: InstalledPackage,
	{id, version: release}: Distribution,
): string {
	const [, epoch, bare = ''] = /^(?:(\d+):)?(.*)$/s.exec(version) ?? [];
	const isRpm = format === 'rpm';
	return formatPackageUrl({
		type: types[format],
		namespace: id.toLowerCase(),
		name: isRpm ? name : name.toLowerCase(),
		// Of rpm the epoch stands apart.
		version: isRpm ? bare : version,
		qualifiers: {
			arch: architecture,
			distro: release === undefined ? id : `${id}-${release}`,
			epoch: isRpm ? epoch : undefined,
		},
	});
}

/**
 * Names an image by the digest of its manifest: `pkg:oci/myos@sha256:…?repository_url=…`.
 * @param reference without transport: `registry.example.com/myos:1`
 */
export function imageUrl(reference: string, manifestDigest: string): string {
	const [repository = reference] = reference.split('@');
	const [, path = '', tag] = /^(.*?)(?::([^:/]+))?$/.exec(repository) ?? [];
	return formatPackageUrl({
		type: 'oci',
		namespace: undefined,
		name: path.slice(path.lastIndexOf('/') + 1).toLowerCase(),
		version: manifestDigest,
		qualifiers: {repository_url: path, tag},
	});
}

interface PackageUrlParts {
	readonly type: string;
	readonly namespace: string | undefined;
	readonly name: string;
	readonly version: string;
	readonly qualifiers: Readonly<Record<string, string | undefined>>;
}

/** Qualifiers in the order of their names, those without a value left out. */
function formatPackageUrl({type, namespace, name, version, qualifiers}: PackageUrlParts): string {
	const place = [namespace, name].flatMap((part) => (part === undefined ? [] : encode(part)));
	const pairs = Object.entries(qualifiers)
		.toSorted(([a], [b]) => (a < b ? -1 : 1))
		.flatMap(([key, value]) => (value ? `${key}=${encode(value)}` : []));
	return `pkg:${type}/${place.join('/')}@${encode(version)}?${pairs.join('&')}`;
}

/** All but letters, digits, `.-_~` and the colon. */
function encode(text: string): string {
	return encodeURIComponent(text)
		.replaceAll('%3A', ':')
		.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
