import {hash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {VerityHasher, verityDescriptor, verityDigest} from '../../../engine/erofs/fs-verity.ts';

const vectors = path.join(import.meta.dirname, '../../fixtures/composefs');

interface Recorded {
	readonly data: 'zero' | 'pattern';
	readonly size: number;
	readonly sha256: string;
	readonly sha512: string;
}

function recorded(): readonly Recorded[] {
	return JSON.parse(readFileSync(path.join(vectors, 'index.json'), 'utf8')).fsverity;
}

/** The test data that index.json describes. */
function makeData(kind: Recorded['data'], size: number): Buffer {
	const data = Buffer.alloc(size);
	if (kind === 'zero') return data;
	for (let i = 0; i < size; i++) data[i] = i * 7 + (i >>> 8) * 13 + 1;
	return data;
}

const test = suite('fs-verity');

for (const algorithm of ['sha256', 'sha512'] as const) {
	test(`${algorithm} digests equal those of fsverity-utils`, () => {
		for (const {data, size, ...expected} of recorded())
			assert.is(
				verityDigest(makeData(data, size), algorithm),
				expected[algorithm],
				`${data} ${size}`,
			);
	});
}

test('gives the same digest and tree however the data is cut', () => {
	const data = makeData('pattern', 528_384 + 17);
	const whole = new VerityHasher('sha256', {keepTree: true});
	whole.update(data);
	const expected = whole.finish();
	for (const step of [1, 4095, 4096, 4097, 65_536]) {
		const hasher = new VerityHasher('sha256', {keepTree: true});
		for (let at = 0; at < data.length; at += step) hasher.update(data.subarray(at, at + step));
		assert.equal(hasher.finish(), expected, `pieces of ${step}`);
	}
});

test('has no tree and no root hash for an empty file', () => {
	const result = new VerityHasher('sha512', {keepTree: true}).finish();
	assert.equal(result, {
		digest: verityDigest(Buffer.alloc(0), 'sha512'),
		size: 0,
		rootHash: undefined,
		merkleTree: Buffer.alloc(0),
	});
});

test('has no tree for a single block, whose hash is the root hash', () => {
	const data = makeData('pattern', 100);
	const hasher = new VerityHasher('sha256', {keepTree: true});
	hasher.update(data);
	const {rootHash, merkleTree} = hasher.finish();
	assert.equal(merkleTree, Buffer.alloc(0));
	assert.is(rootHash, hash('sha256', Buffer.concat([data, Buffer.alloc(4096 - 100)]), 'hex'));
});

test('does not keep the tree unless asked to', () => {
	assert.is(new VerityHasher('sha256').finish().merkleTree, undefined);
});

test('stores the tree level by level from the root, each padded to whole blocks', () => {
	const data = makeData('pattern', 130 * 4096);
	const hasher = new VerityHasher('sha256', {keepTree: true});
	hasher.update(data);
	const {merkleTree, rootHash} = hasher.finish();
	const digests = Array.from({length: 130}, (_, i) =>
		hash('sha256', data.subarray(i * 4096, (i + 1) * 4096), 'buffer'),
	);
	const leaves = Buffer.alloc(2 * 4096);
	leaves.set(Buffer.concat(digests));
	const top = Buffer.alloc(4096);
	for (const i of [0, 1])
		top.set(hash('sha256', leaves.subarray(i * 4096, (i + 1) * 4096), 'buffer'), i * 32);
	assert.equal(merkleTree, Buffer.concat([top, leaves]));
	assert.is(rootHash, hash('sha256', top, 'hex'));
});

test('describes a file in 256 bytes', () => {
	const expected = Buffer.alloc(256);
	expected.set([1, 2, 12, 0]);
	expected.writeBigUInt64LE(2n ** 40n + 5n, 8);
	expected.fill(0xab, 16, 16 + 64);
	assert.equal(verityDescriptor('sha512', 2 ** 40 + 5, Buffer.alloc(64, 0xab)), expected);
});

test.run();
