import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {listPackages, readPackages} from '../../../engine/packages/read-packages.ts';

const test = suite('packages of an image');

const dpkg = 'Package: a\nStatus: install ok installed\nVersion: 1\n';
const apk = 'P:a\nV:2\n';

const places: readonly (readonly [files: Record<string, string>, found: string | undefined])[] = [
	[{'/var/lib/dpkg/status': dpkg}, 'dpkg 1'],
	[{'/usr/lib/sysimage/dpkg/status': dpkg, '/var/lib/dpkg/status': ''}, 'dpkg 1'],
	[{'/lib/apk/db/installed': apk}, 'apk 2'],
	[{'/usr/lib/apk/db/installed': apk}, 'apk 2'],
];

for (const [files, found] of places)
	test(`come out of ${Object.keys(files).join(' before ')}`, async () => {
		const packages = await readPackages({
			text: async (path) => files[path],
			regularFile: async () => undefined,
		});
		assert.is(packages && `${packages.format} ${packages.versions.get('a')}`, found);
	});

test('are listed one by one, with their architectures', async () => {
	const regularFile = async () => undefined;
	const both = ['amd64', 'i386'].map((name) => `${dpkg}Architecture: ${name}\nMulti-Arch: same\n`);
	const text = async (path: string) =>
		path === '/var/lib/dpkg/status' ? both.join('\n') : undefined;
	const list = await listPackages({text, regularFile});
	assert.equal(
		list?.packages.map(({name, version, architecture}) => [name, version, architecture]),
		[
			['a', '1', 'amd64'],
			['a', '1', 'i386'],
		],
	);
	const apkText = async (path: string) =>
		path === '/lib/apk/db/installed' ? `${apk}A:x86_64\n\nP:b\nV:3\n` : undefined;
	assert.equal(await listPackages({text: apkText, regularFile}), {
		format: 'apk',
		packages: [
			{name: 'a', version: '2', architecture: 'x86_64'},
			{name: 'b', version: '3', architecture: undefined},
		],
	});
	assert.is(await listPackages({text: async () => undefined, regularFile}), undefined);
});

test.run();
