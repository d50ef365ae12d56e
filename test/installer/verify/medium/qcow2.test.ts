import {deflateRawSync} from 'node:zlib';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput, EngineError, Refused} from '../../../../engine/errors.ts';
import {readAt} from '../../../../installer/verify/medium/medium.ts';
import {Qcow2Disk} from '../../../../installer/verify/medium/qcow2.ts';
import {fuzzRounds, mutate, seededRandom} from '../../../seeded.ts';
import {thrown} from '../../sink/thrown.ts';
import {memoryMedium} from '../memory-medium.ts';

const test = suite('a disk in a qcow2');
const clusterSize = 4096;
const [plain, packed] = [seededRandom(1).bytes(clusterSize), Buffer.alloc(clusterSize, 'packed')];

/** Clusters: header, first table, second table, data; then what is packed. The disk: plain, none, packed, zero. */
function image(): Buffer {
	const small = deflateRawSync(packed);
	const bytes = Buffer.alloc(4 * clusterSize + 512 + small.length + 7);
	bytes.write('QFI\xfb', 'latin1');
	bytes.writeUInt32BE(3, 4);
	bytes.writeUInt32BE(12, 20);
	bytes.writeBigUInt64BE(BigInt(4 * clusterSize), 24);
	bytes.writeUInt32BE(1, 36);
	bytes.writeBigUInt64BE(BigInt(clusterSize), 40);
	bytes.writeUInt32BE(104, 100);
	bytes.writeBigUInt64BE(BigInt(2 * clusterSize) | (1n << 63n), clusterSize);
	const packedAt = 4 * clusterSize + 100;
	const sectors = Math.floor((packedAt + small.length - 1) / 512) - Math.floor(packedAt / 512);
	const entries = [
		BigInt(3 * clusterSize) | (1n << 63n),
		0n,
		(1n << 62n) | (BigInt(sectors) << 58n) | BigInt(packedAt),
		BigInt(3 * clusterSize) | 1n,
	];
	for (const [index, entry] of entries.entries())
		bytes.writeBigUInt64BE(entry, 2 * clusterSize + index * 8);
	plain.copy(bytes, 3 * clusterSize);
	small.copy(bytes, packedAt);
	return bytes;
}

const open = (bytes: Buffer) => new Qcow2Disk(memoryMedium(bytes), 'disk.qcow2');
const zeros = Buffer.alloc(clusterSize);

test('is read whatever its clusters are', () => {
	const disk = open(image());
	assert.equal([disk.size, disk.snapshots], [4 * clusterSize, 0]);
	const all = Buffer.concat([plain, zeros, packed, zeros]);
	assert.equal(readAt(disk, {offset: 0, length: all.length}), all);
	assert.equal(readAt(disk, {offset: 4000, length: 8000}), all.subarray(4000, 12_000));
});

for (const [what, plant, message] of [
	[
		'builds upon another',
		(bytes: Buffer) => bytes.writeBigUInt64BE(512n, 8),
		/it builds upon another file$/,
	],
	['is encrypted', (bytes: Buffer) => bytes.writeUInt32BE(2, 32), /it is encrypted$/],
	[
		'is somewhere else',
		(bytes: Buffer) => bytes.writeBigUInt64BE(4n, 72),
		/keeps its data in another file$/,
	],
	[
		'is packed otherwise',
		(bytes: Buffer) => bytes.writeBigUInt64BE(8n, 72),
		/in another way than by zlib$/,
	],
	[
		'has other tables',
		(bytes: Buffer) => bytes.writeBigUInt64BE(16n, 72),
		/has features beyond the usual$/,
	],
] as const)
	test(`is left to QEMU when it ${what}`, () => {
		const bytes = image();
		plant(bytes);
		const error = thrown(Refused, () => open(bytes));
		assert.is(error.code, 'unreadable-format');
		assert.match(error.message, message);
		assert.is(error.hint, 'Convert it first: qemu-img convert -O raw disk.qcow2 disk.qcow2.raw.');
	});

for (const [what, plant] of [
	['a version of later', (bytes: Buffer) => bytes.writeUInt32BE(4, 4)],
	['clusters of no size', (bytes: Buffer) => bytes.writeUInt32BE(63, 20)],
	['a table that is too short', (bytes: Buffer) => bytes.writeUInt32BE(0, 36)],
	['a table that is endless', (bytes: Buffer) => bytes.writeUInt32BE(0xffff_ffff, 36)],
	['a table elsewhere', (bytes: Buffer) => bytes.writeBigUInt64BE(1n << 40n, 40)],
	['a packed cluster that is none', (bytes: Buffer) => bytes.fill(0xff, 4 * clusterSize + 100)],
	[
		'a packed cluster that is too long',
		(bytes: Buffer) => deflateRawSync(Buffer.alloc(9000)).copy(bytes, 4 * clusterSize + 100),
	],
	[
		'a cluster beyond its end',
		(bytes: Buffer) => bytes.writeBigUInt64BE(1n << 40n, 2 * clusterSize),
	],
] as const)
	test(`is damaged when it has ${what}`, () => {
		const bytes = image();
		plant(bytes);
		thrown(DamagedInput, () => readAt(open(bytes), {offset: 0, length: 4 * clusterSize}));
	});

test('is read or damaged, whatever is in it', () => {
	const random = seededRandom(11);
	const bytes = image();
	for (let round = fuzzRounds(300); round > 0; round--) {
		try {
			const disk = open(mutate(bytes, random));
			readAt(disk, {offset: 0, length: Math.min(disk.size, 1 << 16)});
		} catch (error) {
			assert.instance(error, EngineError);
		}
	}
});

test.run();
