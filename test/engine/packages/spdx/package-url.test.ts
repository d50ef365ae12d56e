import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {
	InstalledPackage,
	PackageFormat,
} from '../../../../engine/packages/package-versions.ts';
import {
	type Distribution,
	imageUrl,
	packageUrl,
} from '../../../../engine/packages/spdx/package-url.ts';

const test = suite('package URLs');
const debian = {id: 'debian', version: '13'};

const packages: readonly (readonly [PackageFormat, InstalledPackage, Distribution, string])[] = [
	[
		'dpkg',
		{name: 'libstdc++6', version: '1:14.2.0-19+b1~x', architecture: 'amd64'},
		debian,
		'pkg:deb/debian/libstdc%2B%2B6@1:14.2.0-19%2Bb1~x?arch=amd64&distro=debian-13',
	],
	[
		'dpkg',
		{name: 'base-files', version: '13.8', architecture: undefined},
		{id: 'debian', version: undefined},
		'pkg:deb/debian/base-files@13.8?distro=debian',
	],
	[
		'rpm',
		{name: 'NetworkManager', version: '1:1.46.0-4.fc40', architecture: 'x86_64'},
		{id: 'fedora', version: '40'},
		'pkg:rpm/fedora/NetworkManager@1.46.0-4.fc40?arch=x86_64&distro=fedora-40&epoch=1',
	],
	[
		'apk',
		{name: 'busybox', version: '1.36.1-r5', architecture: 'x86_64'},
		{id: 'alpine', version: '3.19.1'},
		'pkg:apk/alpine/busybox@1.36.1-r5?arch=x86_64&distro=alpine-3.19.1',
	],
	[
		'apk',
		{name: 'odd name(1)*é', version: '1&2=3', architecture: 'a b'},
		{id: 'x/y', version: '?'},
		'pkg:apk/x%2Fy/odd%20name%281%29%2A%C3%A9@1%262%3D3?arch=a%20b&distro=x%2Fy-%3F',
	],
];

for (const [format, one, distribution, url] of packages)
	test(`name ${one.name} of ${format}`, () => {
		assert.is(packageUrl(format, one, distribution), url);
	});

const digest = `sha256:${'a'.repeat(64)}`;

for (const [reference, url] of [
	[
		'registry.example.com/team/MyOS:1.2',
		`pkg:oci/myos@${digest}?repository_url=registry.example.com%2Fteam%2FMyOS&tag=1.2`,
	],
	[
		`registry.example.com:5000/myos@${digest}`,
		`pkg:oci/myos@${digest}?repository_url=registry.example.com:5000%2Fmyos`,
	],
] as const)
	test(`name the image ${reference}`, () => {
		assert.is(imageUrl(reference, digest), url);
	});

test.run();
