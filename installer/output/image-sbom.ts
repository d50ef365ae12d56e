import {readFile} from 'node:fs/promises';
import {osReleaseValues, parseOsRelease} from '../../engine/deployment/os-release.ts';
import type {ImageRoot} from '../../engine/lint/image-root.ts';
import {listPackages} from '../../engine/packages/read-packages.ts';
import {
	type DescribedImage,
	type SpdxDocument,
	spdxDocument,
} from '../../engine/packages/spdx/spdx-document.ts';

/** The name of the bill of materials beside an output. */
export function sbomName(output: string): string {
	return `${output}.spdx.json`;
}

/**
 * The bill of materials of an image in SPDX 2.3. One that has no package database that slipway can read
 * contains nothing by it.
 */
export async function imageSbom(
	files: ImageRoot,
	image: Pick<DescribedImage, 'reference' | 'manifestDigest' | 'digest'>,
	created: Date,
): Promise<SpdxDocument> {
	// Its texts end at a limit; databases are longer.
	const text = async (place: string) => {
		const file = await files.hostPath(place);
		return file === undefined ? undefined : await readFile(file, 'utf8');
	};
	const release = (await text('/usr/lib/os-release')) ?? (await text('/etc/os-release')) ?? '';
	const values = osReleaseValues(release);
	const {prettyName: title, imageVersion: version} = parseOsRelease(release);
	const packages = await listPackages({text, regularFile: (place) => files.regularFile(place)});
	const distribution = {
		id: values.get('ID') || 'linux',
		version: values.get('VERSION_ID') || undefined,
	};
	return spdxDocument({...image, title, version, distribution}, packages, created);
}
