import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {hostSystem} from '../../../engine/system/host.ts';
import {
	describeContent,
	isUnfinishedInstall,
	readContent,
} from '../../../installer/disk/content.ts';
import {MiB} from '../../../installer/disk/size.ts';
import {isTornTable, isZero} from '../../../installer/disk/torn-table.ts';

const test = suite('a table half written');
const size = 4 * MiB;
const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-table-'));
const file = path.join(folder, 'disk.raw');
test.after(() => rmSync(folder, {recursive: true}));

/** First and last MiB of a disk with a table as sfdisk writes it. */
function makeTable(...names: string[]): {first: Buffer; last: Buffer} {
	const lines = names.map((name) => `size=500KiB, name="${name}"`);
	writeFileSync(file, '');
	truncateSync(file, size);
	execFileSync('sfdisk', ['--quiet', file], {input: ['label: gpt', ...lines, ''].join('\n')});
	const bytes = readFileSync(file);
	return {first: bytes.subarray(0, MiB), last: bytes.subarray(size - MiB)};
}

const ours = ['slipway-esp', 'slipway-root-incomplete'];
const arraySize = 16_384;

/** The same table for larger sectors, as far as positions go. */
function spread({first, last}: ReturnType<typeof makeTable>, sectorSize: number) {
	const wide = {first: Buffer.alloc(MiB), last: Buffer.alloc(MiB)};
	first.copy(wide.first, 0, 0, 512);
	first.copy(wide.first, sectorSize, 512, 1024);
	first.copy(wide.first, 2 * sectorSize, 1024, 1024 + arraySize);
	last.copy(wide.last, MiB - sectorSize, MiB - 512);
	last.copy(wide.last, MiB - sectorSize - arraySize, MiB - 512 - arraySize, MiB - 512);
	return wide;
}

/** The pieces in the order in which sfdisk writes them; that many are there. */
function tear({first, last}: ReturnType<typeof makeTable>, sectorSize: number, pieces: number) {
	const torn = {first: Buffer.alloc(MiB), last: Buffer.alloc(MiB)};
	const header = MiB - sectorSize;
	const order = [
		() => last.copy(torn.last, header - arraySize, header - arraySize, header),
		() => last.copy(torn.last, header, header),
		() => first.copy(torn.first, 2 * sectorSize, 2 * sectorSize),
		() => first.copy(torn.first, sectorSize, sectorSize, 2 * sectorSize),
	];
	for (const write of order.slice(0, pieces)) write();
	return torn;
}

for (const sectorSize of [512, 4096]) {
	test(`is known by its names wherever it was torn, in sectors of ${sectorSize} bytes`, () => {
		const table = spread(makeTable(...ours), sectorSize);
		for (const pieces of [1, 2, 3, 4]) {
			const {first, last} = tear(table, sectorSize, pieces);
			assert.ok(isTornTable(first, last, sectorSize), `with ${pieces} pieces`);
		}
	});
}

test('is an unfinished installation, which a second run takes', async () => {
	const {first, last} = tear(makeTable(...ours), 512, 3);
	writeFileSync(file, Buffer.concat([first, Buffer.alloc(size - 2 * MiB), last]));
	const content = await readContent(hostSystem(), {path: file, size, sectorSize: 512});
	assert.ok(isUnfinishedInstall(content));
	assert.is(describeContent(content), 'an unfinished slipway installation');
});

test('is not taken for ours beside anything else', () => {
	const isOurs = ({first, last}: ReturnType<typeof makeTable>) => isTornTable(first, last, 512);
	const torn = tear(makeTable(...ours), 512, 3);
	assert.ok(isOurs(torn));
	assert.not(isOurs(tear(makeTable(...ours, 'photos'), 512, 3)));
	assert.not(isOurs(tear(makeTable('slipway-esp', 'slipway-root'), 512, 3)));
	assert.not(isOurs({first: Buffer.alloc(MiB), last: Buffer.alloc(MiB)}));
	for (const [end, position] of [
		['first', 1500],
		['first', 40_000],
		['last', 5],
	] as const) {
		const other = {first: Buffer.from(torn.first), last: Buffer.from(torn.last)};
		other[end].write('somebody', position);
		assert.not(isOurs(other), `with other bytes at ${position} of the ${end} MiB`);
	}
});

test('knows zeros wherever another byte may be', () => {
	assert.ok(isZero(Buffer.alloc(0)));
	assert.ok(isZero(Buffer.alloc(1)));
	assert.ok(isZero(Buffer.alloc(4096)));
	assert.not(isZero(Buffer.alloc(4096, 7)));
	for (const position of [0, 1, 2047, 4095]) {
		const bytes = Buffer.alloc(4096);
		bytes[position] = 1;
		assert.not(isZero(bytes), `a byte at ${position}`);
	}
});

test.run();
