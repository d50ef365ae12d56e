import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {readFatDirectory} from '../../../../installer/verify/fat/fat-directory.ts';
import {fuzzRounds, mutate, seededRandom} from '../../../seeded.ts';

const test = suite('folders of a FAT');

interface Short {
	readonly attributes?: number;
	readonly cases?: number;
	readonly cluster?: number;
	readonly size?: number;
}

function short(
	name: string,
	{attributes = 0x20, cases = 0, cluster = 5, size = 9}: Short = {},
): Buffer {
	const entry = Buffer.alloc(32);
	entry.write(name.padEnd(11), 'latin1');
	entry[11] = attributes;
	entry[12] = cases;
	entry.writeUInt16LE(cluster >>> 16, 20);
	entry.writeUInt16LE(cluster & 0xffff, 26);
	entry.writeUInt32LE(size, 28);
	return entry;
}

function checksum(entry: Buffer): number {
	return entry
		.subarray(0, 11)
		.reduce((sum, byte) => (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff, 0);
}

/** The parts of a long name, the last first, before its short one. */
function long(name: string, entry: Buffer, sum = checksum(entry)): Buffer[] {
	const units = [...name, '\0'];
	const count = Math.ceil(name.length / 13);
	const parts = Array.from({length: count}, (_, index) => {
		const part = Buffer.alloc(32, 0xff);
		part[0] = index + 1 + (index === count - 1 ? 0x40 : 0);
		part.set([0x0f, 0, sum], 11);
		part.writeUInt16LE(0, 26);
		const places = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
		for (const [at, place] of places.entries()) {
			const unit = units[index * 13 + at];
			if (unit !== undefined) part.writeUInt16LE(unit.charCodeAt(0), place);
		}
		return part;
	});
	return [...parts.reverse(), entry];
}

const names = (...entries: readonly Buffer[]) =>
	readFatDirectory(Buffer.concat(entries)).map(({name}) => name);

test('have short names, in the case that their entry says', () => {
	assert.equal(
		names(
			short('BOOTX64 EFI'),
			short('LOADER  CON', {cases: 0x18}),
			short('EFI', {cases: 0x08}),
			short('\x05BC'),
		),
		['BOOTX64.EFI', 'loader.con', 'efi', '\xe5BC'],
	);
});

test('have long names, of any length', () => {
	const [one, other] = ['slipway-0123456789ab.0+3.conf', 'thirteen long'];
	assert.equal(names(...long(one, short('SLIPWA~1CON')), ...long(other, short('THIRTE~1'))), [
		one,
		other,
	]);
});

test('say where content is, and how long', () => {
	const bytes = Buffer.concat([
		short('A', {cluster: 0x12345, size: 70_000}),
		short('B', {attributes: 0x10, cluster: 7, size: 3}),
	]);
	assert.equal(readFatDirectory(bytes), [
		{name: 'A', isFolder: false, firstCluster: 0x12345, size: 70_000},
		{name: 'B', isFolder: true, firstCluster: 7, size: 0},
	]);
});

test('have neither labels, themselves, what is deleted, nor what is behind the end', () => {
	assert.equal(
		names(
			short('LABEL', {attributes: 0x08}),
			short('.', {attributes: 0x10}),
			short('..', {attributes: 0x10}),
			short('\xe5GONE'),
			short('THERE'),
			Buffer.alloc(32),
			short('BEHIND'),
		),
		['THERE'],
	);
});

test('fall back to the short name where the long one is not of it, or not whole', () => {
	const entry = short('SHORT~1');
	const parts = long('a name that is rather long', entry);
	assert.equal(names(...long('of another', entry, 1)), ['SHORT~1']);
	assert.equal(names(...parts.slice(1)), ['SHORT~1']);
	assert.equal(names(...parts.slice(0, 1), entry), ['SHORT~1']);
	assert.equal(names(...parts.slice(0, -1), short('\xe5X'), entry), ['SHORT~1']);
});

test('are read whatever is in them', () => {
	const random = seededRandom(5);
	const bytes = Buffer.concat([
		...long('a name that is rather long', short('SHORT~1')),
		short('B'),
	]);
	for (let round = fuzzRounds(2000); round > 0; round--) readFatDirectory(mutate(bytes, random));
});

test.run();
