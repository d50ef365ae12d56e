import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {PackageList} from '../../../../engine/packages/package-versions.ts';
import {
	type DescribedImage,
	formatSpdx,
	spdxDocument,
} from '../../../../engine/packages/spdx/spdx-document.ts';

const test = suite('SPDX documents');
const digest = 'b'.repeat(64);
const created = new Date('2026-11-22T12:00:00.250Z');
const image: DescribedImage = {
	reference: 'registry.example.com/myos:1',
	manifestDigest: `sha256:${digest}`,
	digest: 'c'.repeat(64),
	title: 'My OS 1',
	version: '1',
	distribution: {id: 'debian', version: '13'},
};
const packages: PackageList = {
	format: 'dpkg',
	packages: [
		{name: 'zsh', version: '5.9-8', architecture: 'amd64'},
		{name: 'libc6', version: '2.41', architecture: 'i386'},
		{name: 'libc6', version: '2.41', architecture: 'amd64'},
		{name: 'zsh', version: '5.9-8', architecture: 'amd64'},
	],
};
const unsaid = {
	downloadLocation: 'NOASSERTION',
	filesAnalyzed: false,
	licenseConcluded: 'NOASSERTION',
	licenseDeclared: 'NOASSERTION',
	copyrightText: 'NOASSERTION',
};
const purl = (referenceLocator: string) => ({
	externalRefs: [{referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator}],
});

test('describe an image, which contains its packages, each once', () => {
	const document = spdxDocument(image, packages, created);
	const ids = document.packages.map(({SPDXID}) => SPDXID);
	assert.equal(document, {
		spdxVersion: 'SPDX-2.3',
		dataLicense: 'CC0-1.0',
		SPDXID: 'SPDXRef-DOCUMENT',
		name: 'registry.example.com/myos:1',
		documentNamespace: `https://spdx.org/spdxdocs/slipway-${'c'.repeat(64)}`,
		creationInfo: {created: '2026-11-22T12:00:00Z', creators: ['Tool: slipway-0.1.0']},
		packages: [
			{
				SPDXID: 'SPDXRef-Image',
				name: 'registry.example.com/myos:1',
				versionInfo: '1',
				primaryPackagePurpose: 'OPERATING_SYSTEM',
				checksums: [{algorithm: 'SHA256', checksumValue: digest}],
				...purl(`pkg:oci/myos@sha256:${digest}?repository_url=registry.example.com%2Fmyos&tag=1`),
				...unsaid,
			},
			...[
				['libc6', '2.41', 'amd64'],
				['libc6', '2.41', 'i386'],
				['zsh', '5.9-8', 'amd64'],
			].map(([name, versionInfo, architecture], index) => ({
				SPDXID: ids[index + 1],
				name,
				versionInfo,
				...purl(`pkg:deb/debian/${name}@${versionInfo}?arch=${architecture}&distro=debian-13`),
				...unsaid,
			})),
		],
		relationships: [
			{
				spdxElementId: 'SPDXRef-DOCUMENT',
				relationshipType: 'DESCRIBES',
				relatedSpdxElement: 'SPDXRef-Image',
			},
			...ids.slice(1).map((id) => ({
				spdxElementId: 'SPDXRef-Image',
				relationshipType: 'CONTAINS',
				relatedSpdxElement: id,
			})),
		],
	});
	assert.is(new Set(ids).size, 4);
	for (const id of ids) assert.match(id, /^SPDXRef-[A-Za-z0-9.-]+$/);
});

test('are the same whatever order a database has', () => {
	const turned = {...packages, packages: packages.packages.toReversed()};
	assert.is(
		formatSpdx(spdxDocument(image, turned, created)),
		formatSpdx(spdxDocument(image, packages, created)),
	);
});

test('have an image alone where nothing says what is in it', () => {
	const nameless = {...image, reference: undefined, manifestDigest: undefined, version: undefined};
	const document = spdxDocument(nameless, undefined, created);
	assert.is(document.name, 'My OS 1');
	assert.equal(document.packages, [
		{
			SPDXID: 'SPDXRef-Image',
			name: 'My OS 1',
			primaryPackagePurpose: 'OPERATING_SYSTEM',
			...unsaid,
		},
	]);
});

test('have identifiers without what those may not have', () => {
	const odd = {name: 'g++ é', version: '1', architecture: undefined};
	const document = spdxDocument(image, {format: 'dpkg', packages: [odd]}, created);
	assert.match(document.packages[1]?.SPDXID ?? '', /^SPDXRef-Package-g----[-]?[0-9a-f]{12}$/);
});

test.run();
