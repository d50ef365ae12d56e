import type {ImageReader} from '../image-reader.ts';
import {parseApkInstalled} from './apk-installed.ts';
import {parseDpkgStatus} from './dpkg-status.ts';
import type {InstalledPackages} from './package-versions.ts';

/** The first that is there counts. A database of rpm is binary, and not read. */
const databases = [
	{path: '/usr/lib/sysimage/dpkg/status', format: 'dpkg', parse: parseDpkgStatus},
	{path: '/var/lib/dpkg/status', format: 'dpkg', parse: parseDpkgStatus},
	{path: '/usr/lib/apk/db/installed', format: 'apk', parse: parseApkInstalled},
	{path: '/lib/apk/db/installed', format: 'apk', parse: parseApkInstalled},
] as const;

/** What is installed in an image; undefined when it has no package database that slipway can read. */
export async function readPackages(
	image: Pick<ImageReader, 'text'>,
): Promise<InstalledPackages | undefined> {
	for (const {path, format, parse} of databases) {
		const text = await image.text(path);
		if (text !== undefined) return {format, versions: parse(text)};
	}
	return undefined;
}
