import {createHash} from 'node:crypto';
import {version} from '../../version.ts';
import type {PackageList} from '../package-versions.ts';
import {type Distribution, imageUrl, packageUrl} from './package-url.ts';

/** The image that a document describes. */
export interface DescribedImage {
	/** What updates are pulled from, without transport; undefined when nobody said. */
	readonly reference?: string | undefined;
	/** `sha256:…`, when it is known. */
	readonly manifestDigest?: string | undefined;
	/** In hex, of its composefs image (fs-verity), or of what it was put into: names it in any case. */
	readonly digest: string;
	/** As the image says, for people. */
	readonly title: string;
	readonly version: string | undefined;
	readonly distribution: Distribution;
}

/** The parts of SPDX 2.3 that are written here. */
export interface SpdxDocument {
	readonly spdxVersion: 'SPDX-2.3';
	readonly dataLicense: 'CC0-1.0';
	readonly SPDXID: 'SPDXRef-DOCUMENT';
	readonly name: string;
	readonly documentNamespace: string;
	readonly creationInfo: {readonly created: string; readonly creators: readonly string[]};
	readonly packages: readonly SpdxPackage[];
	readonly relationships: readonly SpdxRelationship[];
}

export interface SpdxPackage {
	readonly SPDXID: string;
	readonly name: string;
	readonly versionInfo?: string;
	readonly primaryPackagePurpose?: 'OPERATING_SYSTEM';
	readonly downloadLocation: 'NOASSERTION';
	readonly filesAnalyzed: false;
	readonly checksums?: readonly {readonly algorithm: 'SHA256'; readonly checksumValue: string}[];
	readonly externalRefs?: readonly {
		readonly referenceCategory: 'PACKAGE-MANAGER';
		readonly referenceType: 'purl';
		readonly referenceLocator: string;
	}[];
	readonly licenseConcluded: 'NOASSERTION';
	readonly licenseDeclared: 'NOASSERTION';
	readonly copyrightText: 'NOASSERTION';
}

export interface SpdxRelationship {
	readonly spdxElementId: string;
	readonly relationshipType: 'DESCRIBES' | 'CONTAINS';
	readonly relatedSpdxElement: string;
}

const documentId = 'SPDXRef-DOCUMENT';
const imageId = 'SPDXRef-Image';
const unsaid = {
	downloadLocation: 'NOASSERTION',
	filesAnalyzed: false,
	licenseConcluded: 'NOASSERTION',
	licenseDeclared: 'NOASSERTION',
	copyrightText: 'NOASSERTION',
} as const;

/**
 * What an image is made of, for those who look for known flaws: its packages by their database. The same
 * image and time give the same document.
 * @param created whole seconds of it count
 * @see https://spdx.github.io/spdx-spec/v2.3/
 */
export function spdxDocument(
	image: DescribedImage,
	list: PackageList | undefined,
	created: Date,
): SpdxDocument {
	const packages = packagesOf(image, list);
	const name = image.reference ?? image.title;
	return {
		spdxVersion: 'SPDX-2.3',
		dataLicense: 'CC0-1.0',
		SPDXID: documentId,
		name,
		documentNamespace: `https://spdx.org/spdxdocs/slipway-${image.digest}`,
		creationInfo: {
			created: created.toISOString().replace(/\.\d+/, ''),
			creators: [`Tool: slipway-${version}`],
		},
		packages: [imagePackage(image, name), ...packages],
		relationships: [
			{spdxElementId: documentId, relationshipType: 'DESCRIBES', relatedSpdxElement: imageId},
			...packages.map(
				({SPDXID}): SpdxRelationship => ({
					spdxElementId: imageId,
					relationshipType: 'CONTAINS',
					relatedSpdxElement: SPDXID,
				}),
			),
		],
	};
}

export function formatSpdx(document: SpdxDocument): string {
	return `${JSON.stringify(document, undefined, '\t')}\n`;
}

function imagePackage(
	{reference, manifestDigest, version: versionInfo}: DescribedImage,
	name: string,
): SpdxPackage {
	const [, sha256] = /^sha256:([0-9a-f]{64})$/.exec(manifestDigest ?? '') ?? [];
	const isNamed = reference !== undefined && manifestDigest !== undefined;
	return {
		SPDXID: imageId,
		name,
		...(versionInfo !== undefined && {versionInfo}),
		primaryPackagePurpose: 'OPERATING_SYSTEM',
		...(sha256 !== undefined && {checksums: [{algorithm: 'SHA256', checksumValue: sha256}]}),
		...(isNamed && {externalRefs: [purl(imageUrl(reference, manifestDigest))]}),
		...unsaid,
	};
}

/** In the order of their names for everybody, each once. */
function packagesOf({distribution}: DescribedImage, list: PackageList | undefined): SpdxPackage[] {
	if (list === undefined) return [];
	const byUrl = new Map(
		list.packages.map((one) => [packageUrl(list.format, one, distribution), one]),
	);
	return [...byUrl]
		.toSorted(([a], [b]) => (a < b ? -1 : 1))
		.map(([url, {name, version: versionInfo}]) => ({
			SPDXID: packageId(name, url),
			name,
			versionInfo,
			externalRefs: [purl(url)],
			...unsaid,
		}));
}

const purl = (referenceLocator: string) =>
	({referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator}) as const;

/** Letters, digits, dots and hyphens are all that an identifier may have: the hash tells apart what is left. */
function packageId(name: string, url: string): string {
	const digest = createHash('sha256').update(url).digest('hex');
	return `SPDXRef-Package-${name.replace(/[^A-Za-z0-9.-]/g, '-')}-${digest.slice(0, 12)}`;
}
