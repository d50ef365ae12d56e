import {pathToFileURL} from 'node:url';
import {DamagedInput} from '../errors.ts';
import {compareVersions} from './compare-versions.ts';
import type {InstalledPackage, PackageVersions} from './package-versions.ts';

/** Tags of a package's header. */
const tags = {name: 1000, version: 1001, release: 1002, epoch: 1003, architecture: 1022} as const;

/**
 * The packages in rpm's database in SQLite. Keys that rpm trusts are none.
 * @param file on this host; nothing is written beside it
 * @throws DamagedInput
 */
export async function listRpmPackages(file: string): Promise<InstalledPackage[]> {
	const {DatabaseSync} = await import('node:sqlite');
	const address = pathToFileURL(file);
	address.search = 'immutable=1';
	try {
		const database = new DatabaseSync(address, {readOnly: true});
		try {
			const rows = database.prepare('SELECT blob FROM Packages').all();
			return rows
				.map(({blob}) => readHeader(Buffer.from(blob as Uint8Array)))
				.filter(({name}) => name !== 'gpg-pubkey');
		} finally {
			database.close();
		}
	} catch (cause) {
		throw new DamagedInput(`${file} is no database of rpm that can be read`, {cause});
	}
}

/**
 * The same by name. Those of which several architectures are there have theirs in the name, `glibc.i686`; of
 * several versions, as of kernels, the newest counts.
 * @throws DamagedInput
 */
export async function readRpmDatabase(file: string): Promise<PackageVersions> {
	return byName(await listRpmPackages(file));
}

function byName(packages: readonly InstalledPackage[]): PackageVersions {
	const architectures = Map.groupBy(packages, ({name}) => name);
	const versions = new Map<string, string>();
	for (const {name, architecture, version} of packages) {
		const several = new Set(architectures.get(name)?.map((other) => other.architecture)).size > 1;
		const key = several ? `${name}.${architecture}` : name;
		const known = versions.get(key);
		if (known === undefined || compareVersions('rpm', known, version) < 0)
			versions.set(key, version);
	}
	return versions;
}

/** @see https://rpm-software-management.github.io/rpm/manual/format_header.html */
function readHeader(header: Buffer): InstalledPackage {
	const entries = header.readUInt32BE(0);
	const data = header.subarray(8 + entries * 16);
	const places = new Map<number, number>();
	for (let at = 8; at < 8 + entries * 16; at += 16)
		places.set(header.readUInt32BE(at), header.readUInt32BE(at + 8));
	const text = (tag: number): string => {
		const start = places.get(tag);
		if (start === undefined) return '';
		const end = data.indexOf(0, start);
		if (end < 0) throw new RangeError(`tag ${tag} goes beyond its header`);
		return data.toString('utf8', start, end);
	};
	const epochAt = places.get(tags.epoch);
	const epoch = epochAt === undefined ? 0 : data.readUInt32BE(epochAt);
	const version = `${text(tags.version)}-${text(tags.release)}`;
	return {
		name: text(tags.name),
		// A package of sources, or a key, has none.
		architecture: text(tags.architecture) || undefined,
		version: epoch === 0 ? version : `${epoch}:${version}`,
	};
}
