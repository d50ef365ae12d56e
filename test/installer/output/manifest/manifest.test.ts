import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput, UsageError} from '../../../../engine/errors.ts';
import {
	type DiskManifest,
	formatManifest,
	parseManifest,
} from '../../../../installer/output/manifest/manifest.ts';
import {manifestName, readManifestOf} from '../../../../installer/output/manifest/read-manifest.ts';
import {fuzzRounds, mutate, seededRandom} from '../../../seeded.ts';
import {thrown} from '../../sink/thrown.ts';

const test = suite('manifests of disks');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-manifest-'));
test.after(() => rmSync(folder, {recursive: true}));

const manifest: DiskManifest = {
	version: 1,
	slipwayVersion: '0.1.0',
	image: {reference: 'registry.example.com/myos:1', verityDigest: 'a'.repeat(64)},
	deployment: {id: 'aaaaaaaaaaaa.0', kernelArguments: ['quiet'], commandLine: 'root=x quiet'},
	disk: {id: 'b3b71f00-6a2e-44b6-9e5e-10fbeedb5836', size: 700 << 20, sectorSize: 512},
	partitions: [
		{
			number: 1,
			role: 'esp',
			name: 'slipway-esp',
			type: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
			uuid: 'd21f4160-3c0d-4cde-abe5-94f695108bfe',
			start: 1 << 20,
			size: 64 << 20,
			fileSystem: {type: 'vfat', uuid: '8F42-B948', label: 'SLIPWAY-ESP'},
		},
	],
	outputs: [{file: 'myos.raw', format: 'raw', size: 700 << 20, sha256: 'c'.repeat(64)}],
	bootFiles: [{path: 'loader/loader.conf', size: 28, sha256: 'd'.repeat(64)}],
	bootstrap: [{what: 'file', place: '/etc/x', secret: false}],
	items: [
		{path: '/etc/x', type: 'file', mode: '0644', uid: 0, gid: 0, mtimeSec: 5, size: 3},
		{path: '/etc/gone', type: 'absent'},
	],
};

test('are read as they were written', () => {
	assert.equal(parseManifest(formatManifest(manifest), 'file'), manifest);
});

for (const [text, message] of [
	['{', 'file is not JSON'],
	['[]', 'file is no manifest of a disk: version is undefined'],
	['{"version": 2}', 'file has version 2, this slipway knows 1'],
	[
		formatManifest({...manifest, items: [{path: '/x', type: 'file', mode: '644'}]}),
		'file is no manifest of a disk: items.0.mode is "644"',
	],
] as const)
	test(`are refused: ${message}`, () => {
		const error = thrown(DamagedInput, () => parseManifest(text, 'file'));
		assert.is(error.message, message);
		assert.ok(error.hint);
	});

test('are looked for beside the disk, under its name with or without its extension', () => {
	const disk = path.join(folder, 'myos.qcow2');
	assert.is(readManifestOf(disk, undefined), undefined);
	writeFileSync(manifestName(path.join(folder, 'myos')), formatManifest(manifest));
	assert.equal(readManifestOf(disk, undefined), manifest);
	writeFileSync(manifestName(disk), '{');
	thrown(DamagedInput, () => readManifestOf(disk, undefined));
	assert.equal(readManifestOf(disk, path.join(folder, 'myos.manifest.json')), manifest);
	const error = thrown(UsageError, () => readManifestOf(disk, path.join(folder, 'nothing')));
	assert.match(error.message, /nothing cannot be read: ENOENT$/);
});

test('are read or refused, whatever is in them', () => {
	const random = seededRandom(2);
	const bytes = Buffer.from(formatManifest(manifest));
	for (let round = fuzzRounds(500); round > 0; round--) {
		try {
			parseManifest(mutate(bytes, random).toString(), 'file');
		} catch (error) {
			assert.instance(error, DamagedInput);
		}
	}
});

test.run();
