import {DamagedInput} from '../errors.ts';
import type {ImageReader} from '../image-reader.ts';
import {parseApkInstalled} from './apk-installed.ts';
import {parseDpkgStatus} from './dpkg-status.ts';
import type {InstalledPackages} from './package-versions.ts';
import {readRpmDatabase} from './rpm-database.ts';

/** The first that is there counts, and then those of rpm. */
const databases = [
	{path: '/usr/lib/sysimage/dpkg/status', format: 'dpkg', parse: parseDpkgStatus},
	{path: '/var/lib/dpkg/status', format: 'dpkg', parse: parseDpkgStatus},
	{path: '/usr/lib/apk/db/installed', format: 'apk', parse: parseApkInstalled},
	{path: '/lib/apk/db/installed', format: 'apk', parse: parseApkInstalled},
] as const;

const rpmDatabases = [
	'/usr/lib/sysimage/rpm/rpmdb.sqlite',
	'/usr/share/rpm/rpmdb.sqlite',
	'/var/lib/rpm/rpmdb.sqlite',
] as const;

/** What is installed in an image; undefined when it has no package database that slipway can read. */
export async function readPackages(
	image: Pick<ImageReader, 'text' | 'regularFile'>,
): Promise<InstalledPackages | undefined> {
	for (const {path, format, parse} of databases) {
		const text = await image.text(path);
		if (text !== undefined) return {format, versions: parse(text)};
	}
	for (const place of rpmDatabases) {
		const file = await image.regularFile(place);
		if (file !== undefined) return await rpmPackages(file.path);
	}
	return undefined;
}

/** Older formats than SQLite are not read, nor one that is damaged: nothing depends on it. */
async function rpmPackages(file: string): Promise<InstalledPackages | undefined> {
	try {
		return {format: 'rpm', versions: await readRpmDatabase(file)};
	} catch (error) {
		if (error instanceof DamagedInput) return undefined;
		throw error;
	}
}
