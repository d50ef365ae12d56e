import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {ImageRoot} from '../../../engine/lint/image-root.ts';
import {imageSbom, sbomName} from '../../../installer/output/image-sbom.ts';

const test = suite('the bill of materials of an image');
const root = mkdtempSync(path.join(tmpdir(), 'slipway-sbom-'));
test.after(() => rmSync(root, {recursive: true}));
const image = {digest: 'd'.repeat(64)};

test('has all of a long database, and the distribution by os-release', async () => {
	const stanzas = Array.from(
		{length: 3000},
		(_, index) =>
			`Package: package-${index}\nStatus: install ok installed\nArchitecture: all\nVersion: ${index}\n`,
	);
	mkdirSync(path.join(root, 'var/lib/dpkg'), {recursive: true});
	mkdirSync(path.join(root, 'usr/lib'), {recursive: true});
	writeFileSync(path.join(root, 'var/lib/dpkg/status'), stanzas.join('\n'));
	writeFileSync(
		path.join(root, 'usr/lib/os-release'),
		'PRETTY_NAME="My OS"\nID=debian\nVERSION_ID="13"\nIMAGE_VERSION=7\n',
	);
	const document = await imageSbom(new ImageRoot(root), image, new Date(0));
	assert.is(document.packages.length, 3001);
	const [described, first] = document.packages;
	assert.equal([described?.name, described?.versionInfo], ['My OS', '7']);
	assert.is(
		first?.externalRefs?.[0]?.referenceLocator,
		'pkg:deb/debian/package-0@0?arch=all&distro=debian-13',
	);
	assert.is(document.creationInfo.created, '1970-01-01T00:00:00Z');
	assert.is(sbomName('myos.raw'), 'myos.raw.spdx.json');
});

test.run();
