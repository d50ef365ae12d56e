import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../../engine/errors.ts';
import {readFat} from '../../../../installer/verify/fat/read-fat.ts';
import {fuzzRounds, seededRandom} from '../../../seeded.ts';
import {thrown} from '../../sink/thrown.ts';
import {memoryMedium} from '../memory-medium.ts';

const test = suite('a FAT32 that is read');
const sectorSize = 512;
const sectors = 64;
const start = 1024;
/** Sectors: the first, two tables, and from here on clusters of a sector, the first of which is number 2. */
const [firstTable, secondTable, firstCluster] = [1, 2, 3];
const end = 0x0fff_ffff;

function entry(name: string, cluster: number, size: number | 'folder'): Buffer {
	const bytes = Buffer.alloc(32);
	bytes.write(name.padEnd(11), 'latin1');
	bytes[11] = size === 'folder' ? 0x10 : 0x20;
	bytes.writeUInt16LE(cluster, 26);
	if (size !== 'folder') bytes.writeUInt32LE(size, 28);
	return bytes;
}

/** A root with a file of two clusters and a folder with an empty file, behind 1 KiB of something else. */
function volume(): Buffer {
	const bytes = Buffer.alloc(start + sectors * sectorSize);
	const fat = bytes.subarray(start);
	fat.writeUInt16LE(sectorSize, 11);
	fat.set([1, 1, 0, 2], 13);
	fat.writeUInt32LE(sectors, 32);
	fat.writeUInt32LE(1, 36);
	fat.writeUInt32LE(2, 44);
	fat.writeUInt16LE(0xaa55, 510);
	for (const table of [firstTable, secondTable])
		for (const [cluster, next] of [
			[2, end],
			[3, 5],
			[4, end],
			[5, end],
		] as const)
			fat.writeUInt32LE(next, table * sectorSize + cluster * 4);
	entry('FILE', 3, 700).copy(fat, place(2));
	entry('BELOW', 4, 'folder').copy(fat, place(2) + 32);
	entry('EMPTY   TXT', 0, 0).copy(fat, place(4));
	return bytes;
}

const place = (cluster: number): number => (firstCluster + cluster - 2) * sectorSize;
const read = (bytes: Buffer) =>
	readFat(memoryMedium(bytes), {offset: start, length: bytes.length - start}, 'esp');

function changed(change: (fat: Buffer) => void): Buffer {
	const bytes = volume();
	change(bytes.subarray(start));
	return bytes;
}

/** Changes both tables. */
const withNext = (cluster: number, next: number) =>
	changed((fat) => {
		for (const table of [firstTable, secondTable])
			fat.writeUInt32LE(next, table * sectorSize + cluster * 4);
	});

test('has all files, and where they are', () => {
	assert.equal(read(volume()), {
		files: [
			{
				path: 'FILE',
				size: 700,
				stretches: [
					{offset: start + place(3), length: 512},
					{offset: start + place(5), length: 188},
				],
			},
			{path: 'BELOW/EMPTY.TXT', size: 0, stretches: []},
		],
		emptyFolders: [],
		faults: [],
		size: sectors * sectorSize,
	});
});

test('tells of folders with nothing in them, and of what is in use for nothing', () => {
	const bytes = changed((fat) => {
		fat[place(4)] = 0xe5;
		fat.writeUInt32LE(end, firstTable * sectorSize + 9 * 4);
	});
	const {emptyFolders, faults} = read(bytes);
	assert.equal(
		[emptyFolders, faults],
		[['BELOW'], ['1 clusters are in use, and in no file', 'its two tables of clusters differ']],
	);
});

for (const [what, bytes, message] of [
	['a chain in a circle', withNext(5, 3), /FILE is at 3, where something else is$/],
	['a chain that never ends', withNext(5, 0), /FILE has no end$/],
	['a chain into a bad cluster', withNext(5, 0x0fff_fff7), /FILE has no end$/],
	['a chain beyond the end', withNext(5, 1000), /FILE is at 1000, where nothing can be$/],
	['two files in one', withNext(3, 4), /is at 4, where something else is$/],
	['more clusters than a file has', withNext(5, 6), /FILE (has|is)/],
	['fewer clusters than a file has', withNext(3, end), /FILE has 700 bytes in 1 clusters$/],
	[
		'a folder in itself',
		changed((fat) => fat.writeUInt16LE(2, place(2) + 32 + 26)),
		/is at 2, where/,
	],
	[
		'a folder of nothing',
		changed((fat) => fat.writeUInt16LE(0, place(2) + 32 + 26)),
		/is at 0, where/,
	],
	['a root that is not there', changed((fat) => fat.writeUInt32LE(99, 44)), /is at 99, where/],
	['no signature', changed((fat) => fat.writeUInt16LE(0, 510)), /it is no FAT32$/],
	['odd sectors', changed((fat) => fat.writeUInt16LE(500, 11)), /it is no FAT32$/],
	['clusters of nothing', changed((fat) => fat.writeUInt8(0, 13)), /it is no FAT32$/],
	['small tables', changed((fat) => fat.writeUInt32LE(0, 36)), /clusters, and a table of 0 bytes$/],
	[
		'endless tables',
		changed((fat) => fat.writeUInt32LE(0xffff_ffff, 36)),
		/2 tables of \d+ bytes$/,
	],
	['more than its partition', changed((fat) => fat.writeUInt32LE(65, 32)), /its partition 32768$/],
	['tables of FAT16', changed((fat) => fat.writeUInt16LE(1, 22)), /it is FAT12 or FAT16/],
] as const)
	test(`is damaged with ${what}`, () => {
		assert.match(thrown(DamagedInput, () => read(bytes)).message, message);
	});

test('is read or damaged, whatever is in it', () => {
	const random = seededRandom(3);
	for (let round = fuzzRounds(1000); round > 0; round--) {
		const bytes = volume();
		for (let edits = random.between(1, 6); edits > 0; edits--)
			bytes[start + random.pick([11, 32, 512, place(2), place(4)]) + random.below(64)] =
				random.below(256);
		try {
			read(bytes);
		} catch (error) {
			assert.instance(error, DamagedInput);
		}
	}
});

test.run();
