import {DamagedInput} from '../errors.ts';
import type {ImageReader} from '../image-reader.ts';
import {listApkPackages, parseApkInstalled} from './apk-installed.ts';
import {listDpkgPackages, parseDpkgStatus} from './dpkg-status.ts';
import type {InstalledPackages, PackageList} from './package-versions.ts';
import {listRpmPackages, readRpmDatabase} from './rpm-database.ts';

/** The first that is there counts, and then those of rpm. */
const databases = [
	{path: '/usr/lib/sysimage/dpkg/status', format: 'dpkg'},
	{path: '/var/lib/dpkg/status', format: 'dpkg'},
	{path: '/usr/lib/apk/db/installed', format: 'apk'},
	{path: '/lib/apk/db/installed', format: 'apk'},
] as const;

const textFormats = {
	dpkg: {list: listDpkgPackages, parse: parseDpkgStatus},
	apk: {list: listApkPackages, parse: parseApkInstalled},
} as const;

const rpmDatabases = [
	'/usr/lib/sysimage/rpm/rpmdb.sqlite',
	'/usr/share/rpm/rpmdb.sqlite',
	'/var/lib/rpm/rpmdb.sqlite',
] as const;

/** Reads files of an image, texts whole. */
type PackageReader = Pick<ImageReader, 'text' | 'regularFile'>;

/** A database as it was found: its text, or where it lies on this host. */
type FoundDatabase =
	| {readonly format: 'dpkg' | 'apk'; readonly text: string}
	| {readonly format: 'rpm'; readonly file: string};

/** What is installed in an image; undefined when it has no package database that slipway can read. */
export async function readPackages(image: PackageReader): Promise<InstalledPackages | undefined> {
	const found = await findDatabase(image);
	if (found === undefined) return undefined;
	const {format} = found;
	if (format !== 'rpm') return {format, versions: textFormats[format].parse(found.text)};
	const versions = await unlessDamaged(readRpmDatabase(found.file));
	return versions && {format, versions};
}

/** The same with all packages by themselves. */
export async function listPackages(image: PackageReader): Promise<PackageList | undefined> {
	const found = await findDatabase(image);
	if (found === undefined) return undefined;
	const {format} = found;
	if (format !== 'rpm') return {format, packages: textFormats[format].list(found.text)};
	const packages = await unlessDamaged(listRpmPackages(found.file));
	return packages && {format, packages};
}

async function findDatabase(image: PackageReader): Promise<FoundDatabase | undefined> {
	for (const {path, format} of databases) {
		const text = await image.text(path);
		if (text !== undefined) return {format, text};
	}
	for (const place of rpmDatabases) {
		const file = await image.regularFile(place);
		if (file !== undefined) return {format: 'rpm', file: file.path};
	}
	return undefined;
}

/** Older formats than SQLite are not read, nor one that is damaged: nothing depends on it. */
async function unlessDamaged<Result>(reading: Promise<Result>): Promise<Result | undefined> {
	try {
		return await reading;
	} catch (error) {
		if (error instanceof DamagedInput) return undefined;
		throw error;
	}
}
