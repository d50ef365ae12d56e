import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {countEntries, readWriteLog} from './write-log.ts';

const test = suite('log of writes');
const folder = mkdtempSync(path.join(tmpdir(), 'write-log-'));
const file = path.join(folder, 'log');
test.after(() => rmSync(folder, {recursive: true}));

const sectorSize = 512;

function sector(...numbers: readonly bigint[]): Buffer {
	const bytes = Buffer.alloc(sectorSize);
	for (const [n, number] of numbers.entries()) bytes.writeBigUInt64LE(number, n * 8);
	return bytes;
}

const superblock = (count: bigint, magic = 0x6a736677736872n, version = 1n): Buffer =>
	sector(magic, version, count, BigInt(sectorSize));
const entry = (start: bigint, sectors: bigint, flags: bigint): Buffer =>
	sector(start, sectors, flags, 0n);
const data = (sectors: number): Buffer => Buffer.alloc(sectors * sectorSize, 7);

const whole = [
	superblock(4n),
	...[entry(8n, 2n, 0n), data(2)],
	entry(0n, 0n, 1n),
	entry(16n, 1024n, 4n),
	...[entry(3n, 1n, 0n), data(1)],
];

test('has writes with the place of their data, flushes and discards', () => {
	writeFileSync(file, Buffer.concat(whole));
	assert.equal(readWriteLog(file), [
		{kind: 'write', offset: 4096, length: 1024, at: 1024},
		{kind: 'flush'},
		{kind: 'discard', offset: 8192, length: 524_288},
		{kind: 'write', offset: 1536, length: 512, at: 3584},
	]);
	assert.is(countEntries(file), 4);
});

const faults: readonly (readonly [title: string, bytes: readonly Buffer[], RegExp])[] = [
	['an empty file', [], /the log ends at 0/],
	['another file', [superblock(0n, 1n)], /no log of writes/],
	['another version', [superblock(0n, undefined, 2n)], /no log of writes/],
	['a log that ends before its entries', [superblock(1n)], /the log ends at 512/],
	['a flush that writes', [superblock(1n), entry(0n, 1n, 1n), data(1)], /flags 1 and 512 bytes/],
	['a mark', [superblock(1n), entry(0n, 0n, 8n)], /flags 8/],
];

for (const [title, bytes, message] of faults)
	test(`cannot be ${title}`, () => {
		writeFileSync(file, Buffer.concat(bytes));
		assert.throws(() => readWriteLog(file), message);
	});

const lacksQemu = spawnSync('qemu-io', ['--version']).error !== undefined;
if (lacksQemu) console.log('skipped: qemu-io is not installed');

(lacksQemu ? test.skip : test)('is read as QEMU writes it', () => {
	const disk = path.join(folder, 'disk');
	for (const made of [disk, file]) {
		writeFileSync(made, '');
		truncateSync(made, 2 ** 20);
	}
	const child = (filename: string) => ({driver: 'file', filename, discard: 'unmap'});
	const image = {driver: 'blklogwrites', discard: 'unmap', file: child(disk), log: child(file)};
	const commands = ['write -P 5 4096 1024', 'flush', 'write -z 512 512', 'discard 8k 4k', 'flush'];
	execFileSync('qemu-io', [
		...commands.flatMap((command) => ['-c', command]),
		...['--image-opts', '-t', 'writeback', toOptions(image)],
	]);
	const entries = readWriteLog(file);
	assert.equal(entries, [
		{kind: 'write', offset: 4096, length: 1024, at: 1024},
		{kind: 'flush'},
		{kind: 'write', offset: 512, length: 512, at: 3072},
		{kind: 'discard', offset: 8192, length: 4096},
		{kind: 'flush'},
	]);
	const log = readFileSync(file);
	assert.equal(log.subarray(1024, 2048), Buffer.alloc(1024, 5));
	assert.equal(log.subarray(3072, 3584), Buffer.alloc(512));
});

function toOptions(values: object, prefix = ''): string {
	return Object.entries(values)
		.map(([key, value]) =>
			typeof value === 'object' ? toOptions(value, `${prefix}${key}.`) : `${prefix}${key}=${value}`,
		)
		.join(',');
}

test.run();
