/** Version of each package that is installed, by name. */
export type PackageVersions = ReadonlyMap<string, string>;

/** Whose database it was read from: that decides how versions are ordered. */
export type PackageFormat = 'dpkg' | 'apk' | 'rpm';

export interface InstalledPackages {
	readonly format: PackageFormat;
	readonly versions: PackageVersions;
}

/** One package as its database has it. */
export interface InstalledPackage {
	readonly name: string;
	/** Of rpm as `[EPOCH:]VERSION-RELEASE`. */
	readonly version: string;
	/** As the distribution calls it; undefined when the database does not say. */
	readonly architecture: string | undefined;
}

/** All packages of an image, those too of which there are several versions or architectures. */
export interface PackageList {
	readonly format: PackageFormat;
	readonly packages: readonly InstalledPackage[];
}
