import {mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {VerityHasher, verityDescriptor} from '../../../engine/erofs/fs-verity.ts';
import {OperationFailed} from '../../../engine/errors.ts';
import type {FsVerityAlgorithm} from '../../../engine/system/system.ts';
import type {FileSource} from '../../../installer/content.ts';
import {cutStretches, type FileData, placeFile} from '../../../installer/sink/ext4-files.ts';
import {FreeSpace} from '../../../installer/sink/ext4-space.ts';
import {stretchTask} from '../../../installer/sink/stretch-task.ts';
import {putDescriptor} from '../../../installer/sink/verity-layout.ts';
import {seededRandom} from '../../seeded.ts';
import {sampleSizes} from './sample-content.ts';
import {thrown} from './thrown.ts';

const test = suite('stretches of files');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-stretch-'));
test.after(() => rmSync(folder, {recursive: true}));
const blockSize = 4096;
const origin = 3 * blockSize;
const diskBlocks = 8192;

/** Writes files into the runs, and gives what is in their blocks. */
function write(
	files: readonly FileData[],
	algorithm: FsVerityAlgorithm,
	runs = [{start: 1, count: diskBlocks - 4}],
): Buffer[] {
	const disk = path.join(folder, 'disk');
	writeFileSync(disk, '');
	truncateSync(disk, diskBlocks * blockSize);
	const space = new FreeSpace(runs);
	const placed = files.map((file) => placeFile(file, algorithm, space));
	const task = stretchTask({disk, origin, algorithm});
	for (const stretch of cutStretches(placed)) task(stretch);
	const written = readFileSync(disk);
	const blockAt = (block: number) => {
		const at = origin + block * blockSize;
		return written.subarray(at, at + blockSize);
	};
	return placed.map(({runs: own}) =>
		Buffer.concat(
			own.flatMap(({start, count}) =>
				Array.from({length: count}, (_, index) => blockAt(start + index)),
			),
		),
	);
}

/** The blocks that ext4 wants of a content: padded, then tree and descriptor. */
function stored(bytes: Buffer, algorithm: FsVerityAlgorithm): Buffer {
	const {merkleTree, rootHash} = hashed(bytes, algorithm);
	const tail = Buffer.concat([merkleTree, Buffer.alloc(blockSize)]);
	putDescriptor(tail, verityDescriptor(algorithm, bytes.length, Buffer.from(rootHash, 'hex')));
	return Buffer.concat([bytes, Buffer.alloc(-bytes.length & (blockSize - 1)), tail]);
}

function hashed(bytes: Buffer, algorithm: FsVerityAlgorithm) {
	const hasher = new VerityHasher(algorithm, {keepTree: true});
	hasher.update(bytes);
	const {digest, rootHash = '', merkleTree = Buffer.alloc(0)} = hasher.finish();
	return {digest, rootHash, merkleTree};
}

function file(bytes: Buffer, verity: FileData['verity'], source?: FileSource): FileData {
	return {name: 'some/file', source: source ?? {kind: 'bytes', bytes}, size: bytes.length, verity};
}

const wholes = (blocks: readonly Buffer[], wanted: readonly Buffer[]) =>
	assert.equal(
		blocks.map((block, index) => block.equals(wanted[index] ?? Buffer.alloc(0))),
		wanted.map(() => true),
	);

for (const algorithm of ['sha256', 'sha512'] as const)
	test(`have contents with their ${algorithm} trees, whether those were kept or not`, () => {
		const contents = [1, ...sampleSizes].map((size) => seededRandom(size).bytes(size));
		const files = contents.flatMap((bytes) => {
			const {digest, merkleTree} = hashed(bytes, algorithm);
			return [merkleTree, trimmed(merkleTree), undefined].map((kept) =>
				file(bytes, {digest, merkleTree: kept}),
			);
		});
		const wanted = contents.flatMap((bytes) => Array(3).fill(stored(bytes, algorithm)));
		wholes(write(files, algorithm), wanted);
	});

test('are larger than a buffer, read from files, and in whatever runs there are', () => {
	const bytes = seededRandom(5).bytes(19_000_001);
	const place = path.join(folder, 'odd \xff\n');
	writeFileSync(Buffer.from(place, 'latin1'), bytes);
	const {digest} = hashed(bytes, 'sha256');
	const source = {kind: 'path', path: place} as const;
	const files = [
		file(Buffer.from('x'), undefined),
		file(bytes, {digest, merkleTree: undefined}, source),
		file(bytes.subarray(0, 5000), undefined, source),
	];
	const runs = [
		{start: 1, count: 1},
		{start: 9, count: 2000},
		{start: 2010, count: 1},
		{start: 2020, count: 6000},
	];
	const padded = (content: Buffer) =>
		Buffer.concat([content, Buffer.alloc(-content.length & (blockSize - 1))]);
	wholes(write(files, 'sha256', runs), [
		padded(Buffer.from('x')),
		stored(bytes, 'sha256'),
		padded(bytes.subarray(0, 5000)),
	]);
});

test('are cut when they are large, and never within a file', () => {
	const space = new FreeSpace([{start: 1, count: 100_000}]);
	const sizes = [3 << 20, 3 << 20, 9 << 20, 1, 1];
	const placed = sizes.map((size) =>
		placeFile(
			{name: 'a', source: {kind: 'path', path: 'a'}, size, verity: undefined},
			'sha256',
			space,
		),
	);
	assert.equal(
		cutStretches(placed).map(({runs, size}) => ({runs, size})),
		[
			{runs: [{start: 1, count: 1536}], size: 6 << 20},
			{runs: [{start: 1537, count: 2304}], size: 9 << 20},
			{runs: [{start: 3841, count: 2}], size: 2},
		],
	);
});

for (const size of [4096, 100_000])
	test(`stop at a content of ${size} bytes that changed since it was hashed`, () => {
		const {digest, merkleTree} = hashed(Buffer.alloc(size, 1), 'sha256');
		const wrong = Buffer.from(merkleTree);
		wrong[0] = 1 + (wrong[0] ?? 0);
		for (const [bytes, kept] of [
			[Buffer.alloc(size, 2), undefined],
			[Buffer.alloc(size, 1), wrong.length > 0 ? wrong : Buffer.alloc(1)],
		] as const) {
			const changed = file(bytes, {digest, merkleTree: kept});
			const error = thrown(OperationFailed, () => write([changed], 'sha256'));
			assert.is(error.code, 'changed-file');
		}
	});

for (const [what, source] of [
	['file', {kind: 'path', path: '/dev/null'}],
	['buffer', {kind: 'bytes', bytes: Buffer.alloc(9)}],
] as const)
	test(`stop at a ${what} that is too short, and name it`, () => {
		const short = {...file(Buffer.alloc(10), undefined, source), name: 'var/x\n'};
		assert.throws(() => write([short], 'sha256'), /"var\/x\\u\{a\}"/);
	});

/** As hashing gives it: without the zeros that fill the last block. */
function trimmed(tree: Buffer): Buffer {
	return tree.subarray(0, 1 + tree.findLastIndex((byte) => byte !== 0));
}

test.run();
