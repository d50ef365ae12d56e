import type {InstalledPackage, PackageVersions} from './package-versions.ts';

/**
 * The packages in the database of apk.
 * @see https://wiki.alpinelinux.org/wiki/Apk_spec
 */
export function listApkPackages(text: string): InstalledPackage[] {
	return text.split(/\n\n+/).flatMap((stanza) => {
		const name = /^P:(.+)$/m.exec(stanza)?.[1];
		const version = /^V:(.+)$/m.exec(stanza)?.[1];
		if (name === undefined || version === undefined) return [];
		return {name, version, architecture: /^A:(.+)$/m.exec(stanza)?.[1]};
	});
}

/** The same by name. */
export function parseApkInstalled(text: string): PackageVersions {
	return new Map(listApkPackages(text).map(({name, version}) => [name, version]));
}
