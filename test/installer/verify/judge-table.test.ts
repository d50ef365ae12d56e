import {createHash} from 'node:crypto';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {partitionTypes} from '../../../installer/disk/partition-types.ts';
import type {DiskManifest} from '../../../installer/output/manifest/manifest.ts';
import {behindFileSystem, judgeTable} from '../../../installer/verify/judge-table.ts';
import type {FoundTable} from '../../../installer/verify/table/read-gpt.ts';
import {memoryMedium} from './memory-medium.ts';

const test = suite('a partition table that is judged');

const KiB = 1024;
const partition = (number: number, start: number, type: keyof typeof partitionTypes) => ({
	...{number, start: start * KiB, size: 8 * KiB},
	...{type: partitionTypes[type], uuid: `uuid ${number}`, name: `name ${number}`},
});
const table: FoundTable = {
	sectorSize: 512,
	id: 'disk',
	partitions: [partition(1, 16, 'esp'), partition(2, 24, 'biosBoot'), partition(3, 32, 'rootX64')],
	ownStretches: [{offset: 512, length: 1024}],
	faults: [],
};

function disk(): Buffer {
	const bytes = Buffer.alloc(64 * KiB);
	bytes.set([0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff, 1, 0, 0, 0], 446);
	bytes.fill('boot', 0, 440);
	bytes.fill('core', 24 * KiB, 25 * KiB);
	return bytes;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const manifest: DiskManifest = {
	version: 1,
	slipwayVersion: '0.1.0',
	image: {verityDigest: 'a'.repeat(64)},
	deployment: {id: 'aaaaaaaaaaaa.0', kernelArguments: [], commandLine: ''},
	disk: {id: 'disk', size: 64 * KiB, sectorSize: 512},
	partitions: table.partitions.map((one) => ({
		...one,
		role: 'any',
		fileSystem: {type: 'any', uuid: '', label: ''},
	})),
	outputs: [],
	bootFiles: [],
	bootCode: [
		{what: 'the program for a BIOS', start: 0, size: 440, sha256: sha256(disk().subarray(0, 440))},
		{
			what: 'GRUB',
			start: 24 * KiB,
			size: KiB,
			sha256: sha256(disk().subarray(24 * KiB, 25 * KiB)),
		},
	],
	bootstrap: [],
	items: [],
};

const judge = (bytes: Buffer, told: DiskManifest | undefined = manifest, found = table) =>
	judgeTable(memoryMedium(bytes), found, told).map(
		({kind, path, problem}) => `${kind} ${path} ${problem}`,
	);

test('has nothing beside what a manifest tells', () => {
	assert.equal(judge(disk()), []);
});

test('has programs and partitions of nobody without one', () => {
	const found = judgeTable(memoryMedium(disk()), table, undefined);
	assert.equal(
		found.map(({kind, path, problem}) => `${kind} ${path} ${problem}`),
		[
			'extra the first sector has a program for a BIOS',
			'extra partition 2 (name 2) is none that slipway makes',
		],
	);
});

test('has another program than the manifest tells, or more behind it', () => {
	const bytes = disk();
	bytes[100] = 0;
	bytes[30 * KiB] = 1;
	assert.equal(judge(bytes), [
		'changed the program for a BIOS is not what the manifest says',
		'extra bytes 25600 to 32768 belong to nothing, and are not empty from byte 30720 on',
	]);
});

test('is another than that of the manifest', () => {
	const [esp, bios, root] = table.partitions;
	const other = [esp, bios, root && {...root, uuid: 'other', size: 4 * KiB}].flatMap(
		(one) => one ?? [],
	);
	assert.equal(judge(disk(), manifest, {...table, id: 'another', partitions: other}), [
		'changed partition table is of the disk another, not disk',
		'changed partition 3 (name 3) its uuid is other, not uuid 3',
		'changed partition 3 (name 3) its size is 4096, not 8192',
	]);
	const fewer = {...manifest, partitions: manifest.partitions.slice(0, 2)};
	assert.equal(judge(disk(), fewer), ['extra partition 3 (name 3) is not in the manifest']);
	assert.equal(judge(disk(), manifest, {...table, partitions: other.slice(0, 2)}), [
		'missing partition 3 (name 3) is not there',
	]);
});

test('has partitions with something behind their file systems', () => {
	const bytes = disk();
	const [esp] = table.partitions;
	if (esp === undefined) throw new Error('no partition');
	assert.equal(behindFileSystem(memoryMedium(bytes), esp, 4 * KiB), []);
	bytes[23 * KiB] = 1;
	assert.equal(behindFileSystem(memoryMedium(bytes), esp, 4 * KiB), [
		{
			kind: 'extra',
			partition: 1,
			path: 'what is behind the file system',
			problem: 'is not empty from byte 23552 of the disk on',
		},
	]);
});

test.run();
