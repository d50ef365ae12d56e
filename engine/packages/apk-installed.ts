import type {PackageVersions} from './package-versions.ts';

/**
 * The packages in the database of apk.
 * @see https://wiki.alpinelinux.org/wiki/Apk_spec
 */
export function parseApkInstalled(text: string): PackageVersions {
	const versions = new Map<string, string>();
	for (const stanza of text.split(/\n\n+/)) {
		const name = /^P:(.+)$/m.exec(stanza)?.[1];
		const version = /^V:(.+)$/m.exec(stanza)?.[1];
		if (name !== undefined && version !== undefined) versions.set(name, version);
	}
	return versions;
}
