/** Version of each package that is installed, by name. */
export type PackageVersions = ReadonlyMap<string, string>;

/** Whose database it was read from: that decides how versions are ordered. */
export type PackageFormat = 'dpkg' | 'apk' | 'rpm';

export interface InstalledPackages {
	readonly format: PackageFormat;
	readonly versions: PackageVersions;
}
