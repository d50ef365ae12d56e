import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {readPackages} from '../../../engine/packages/read-packages.ts';

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

test.run();
