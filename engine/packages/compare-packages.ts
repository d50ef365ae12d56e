import {compareVersions} from './compare-versions.ts';
import type {InstalledPackages} from './package-versions.ts';

export interface PackageVersion {
	readonly name: string;
	readonly version: string;
}

export interface VersionChange {
	readonly name: string;
	readonly from: string;
	readonly to: string;
}

/** How the packages of one image differ from those of another, each list in the order of names. */
export interface PackageChanges {
	readonly added: readonly PackageVersion[];
	readonly removed: readonly PackageVersion[];
	readonly upgraded: readonly VersionChange[];
	readonly downgraded: readonly VersionChange[];
}

/** Undefined when the two have not the same kind of package database. */
export function comparePackages(
	before: InstalledPackages,
	after: InstalledPackages,
): PackageChanges | undefined {
	const {format} = after;
	if (before.format !== format) return undefined;
	const changed: VersionChange[] = [];
	for (const [name, to] of after.versions) {
		const from = before.versions.get(name);
		if (from !== undefined && from !== to) changed.push({name, from, to});
	}
	const isOlder = ({from, to}: VersionChange): boolean => compareVersions(format, from, to) > 0;
	return {
		added: byName(missingFrom(before, after)),
		removed: byName(missingFrom(after, before)),
		upgraded: byName(changed.filter((change) => !isOlder(change))),
		downgraded: byName(changed.filter(isOlder)),
	};
}

/** Packages of the second that the first has not. */
function missingFrom(one: InstalledPackages, other: InstalledPackages): PackageVersion[] {
	return [...other.versions]
		.filter(([name]) => !one.versions.has(name))
		.map(([name, version]) => ({name, version}));
}

function byName<One extends {readonly name: string}>(list: readonly One[]): One[] {
	return list.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
