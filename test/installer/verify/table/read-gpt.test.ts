import {crc32} from 'node:zlib';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../../engine/errors.ts';
import {filledGaps, gapsBetween, mbrSurprises} from '../../../../installer/verify/table/gaps.ts';
import {readGpt} from '../../../../installer/verify/table/read-gpt.ts';
import {fuzzRounds, seededRandom} from '../../../seeded.ts';
import {thrown} from '../../sink/thrown.ts';
import {memoryMedium} from '../memory-medium.ts';

const test = suite('partition tables that are read');

interface Entry {
	readonly first: number;
	readonly last: number;
	readonly name?: string;
}

const sectors = 128;

/** A disk with both copies of a table, and a protective MBR. */
function disk(entries: readonly Entry[], sectorSize = 512): Buffer {
	const bytes = Buffer.alloc(sectors * sectorSize);
	bytes.set([0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff, 1, 0, 0, 0], 446);
	bytes.writeUInt16LE(0xaa55, 510);
	const array = Buffer.alloc(16 * 128);
	for (const [index, {first, last, name = ''}] of entries.entries()) {
		const entry = array.subarray(index * 128, (index + 1) * 128);
		Buffer.from('28732ac11ff8d211ba4b00a0c93ec93b', 'hex').copy(entry);
		entry.fill(index + 1, 16, 32);
		entry.writeBigUInt64LE(BigInt(first), 32);
		entry.writeBigUInt64LE(BigInt(last), 40);
		entry.write(name, 56, 'utf16le');
	}
	const arraySectors = Math.ceil(array.length / sectorSize);
	const last = sectors - 1;
	putCopy(bytes, array, {at: 1, other: last, entries: 2}, sectorSize);
	putCopy(bytes, array, {at: last, other: 1, entries: last - arraySectors}, sectorSize);
	return bytes;
}

function putCopy(
	bytes: Buffer,
	array: Buffer,
	{at, other, entries}: {at: number; other: number; entries: number},
	sectorSize: number,
): void {
	array.copy(bytes, entries * sectorSize);
	const header = bytes.subarray(at * sectorSize, at * sectorSize + 92);
	header.fill(0);
	header.write('EFI PART', 'latin1');
	header.writeUInt32LE(0x10000, 8);
	header.writeUInt32LE(92, 12);
	for (const [place, value] of [
		[24, at],
		[32, other],
		[40, 8],
		[48, 118],
		[72, entries],
	] as const)
		header.writeBigUInt64LE(BigInt(value), place);
	header.fill(7, 56, 72);
	header.writeUInt32LE(array.length / 128, 80);
	header.writeUInt32LE(128, 84);
	header.writeUInt32LE(crc32(array), 88);
	header.writeUInt32LE(crc32(header), 16);
}

const two = [
	{first: 10, last: 19, name: 'slipway-esp'},
	{first: 30, last: 118},
];
const read = (bytes: Buffer) => readGpt(memoryMedium(bytes), 'disk');

for (const sectorSize of [512, 4096])
	test(`have partitions by bytes, with sectors of ${sectorSize} bytes`, () => {
		const table = read(disk(two, sectorSize));
		assert.equal(table.faults, []);
		assert.equal(
			[table.sectorSize, table.id],
			[sectorSize, '07070707-0707-0707-0707-070707070707'],
		);
		assert.equal(table.partitions[0], {
			number: 1,
			start: 10 * sectorSize,
			size: 10 * sectorSize,
			type: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
			uuid: '01010101-0101-0101-0101-010101010101',
			name: 'slipway-esp',
		});
	});

for (const [what, plant, fault] of [
	[
		'the first header',
		(bytes: Buffer) => bytes.fill(1, 600, 601),
		/^the first .* checksum of its header/,
	],
	[
		'the first entries',
		(bytes: Buffer) => bytes.fill(1, 1100, 1101),
		/^the first .* of its entries/,
	],
	[
		'the first signature',
		(bytes: Buffer) => bytes.fill(0, 512, 520),
		/^the first .* it is not there/,
	],
	[
		'the second header',
		(bytes: Buffer) => bytes.fill(0, 127 * 512),
		/^the second .* it is not there/,
	],
] as const)
	test(`are read from the other copy when ${what} is damaged`, () => {
		const bytes = disk(two);
		plant(bytes);
		const table = read(bytes);
		assert.is(table.partitions.length, 2);
		assert.is(table.faults.length, 1);
		assert.match(table.faults[0] ?? '', fault);
		const own = [...table.ownStretches, {offset: 0, length: 512}];
		assert.equal(filledGaps(memoryMedium(bytes), own), []);
	});

test('are told to differ when both copies are whole', () => {
	const bytes = disk(two);
	const other = disk([two[0] ?? {first: 0, last: 0}]);
	other.copy(bytes, 512, 512, 8 * 512);
	assert.equal(read(bytes).faults, ['the two partition tables differ']);
});

for (const [what, entries, message] of [
	['that overlap', [two[0], {first: 19, last: 20}], /partitions 1 and 2 overlap$/],
	['beyond the usable sectors', [{first: 10, last: 119}], /partition 1 is from sector 10 to 119$/],
	['in the table', [{first: 2, last: 20}], /partition 1 is from sector 2 to 20$/],
	['that end before they begin', [{first: 20, last: 19}], /partition 1 is from sector 20 to 19$/],
] as const)
	test(`are refused with partitions ${what}`, () => {
		const entriesOf = entries.flatMap((entry) => entry ?? []);
		assert.match(thrown(DamagedInput, () => read(disk(entriesOf))).message, message);
	});

test('are refused on a disk that is cut off', () => {
	const cut = disk(two).subarray(0, 64 * 512);
	assert.match(
		thrown(DamagedInput, () => read(cut)).message,
		/is cut off: its table is for 65536 bytes/,
	);
});

test('are not found in anything', () => {
	for (const bytes of [Buffer.alloc(0), Buffer.alloc(100), Buffer.alloc(1 << 20)])
		assert.match(thrown(DamagedInput, () => read(bytes)).message, /no disk with a partition table/);
});

test('leave gaps', () => {
	const taken = [
		{offset: 10, length: 10},
		{offset: 0, length: 5},
		{offset: 15, length: 15},
	];
	assert.equal(gapsBetween(taken, 40), [
		{offset: 5, length: 5},
		{offset: 30, length: 10},
	]);
	assert.equal(gapsBetween(taken, 30), [{offset: 5, length: 5}]);
	const bytes = Buffer.alloc(40);
	bytes[33] = 1;
	assert.equal(filledGaps(memoryMedium(bytes), taken), [
		{gap: {offset: 30, length: 10}, first: 33},
	]);
});

test('have nothing in the first sector but what protects them', () => {
	const bytes = disk(two);
	assert.equal(mbrSurprises(memoryMedium(bytes)), []);
	bytes[462 + 4] = 0x83;
	bytes[100] = 0x90;
	assert.equal(mbrSurprises(memoryMedium(bytes)), [
		'a program for a BIOS',
		'no plain protective partition table',
	]);
});

test('with right checksums and any content give a table or an error of ours', () => {
	const random = seededRandom(8);
	for (let round = fuzzRounds(300); round > 0; round--) {
		const bytes = disk(two);
		const header = bytes.subarray(512, 604);
		for (let edits = random.between(1, 4); edits > 0; edits--)
			header[random.pick([24, 32, 40, 48, 72, 80, 84]) + random.below(8)] = random.below(256);
		header.writeUInt32LE(0, 16);
		header.writeUInt32LE(crc32(header), 16);
		try {
			read(bytes);
		} catch (error) {
			assert.instance(error, DamagedInput);
		}
	}
});

test.run();
