import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {VerityHasher, verityDescriptor} from '../../../engine/erofs/fs-verity.ts';
import {
	merkleTreeSize,
	putDescriptor,
	verityLayout,
} from '../../../installer/sink/verity-layout.ts';

const test = suite('fs-verity metadata on ext4');

for (const [size, tree, layout] of [
	[0, 0, {treeOffset: 0, descriptorOffset: 0, end: 4096}],
	[1, 0, {treeOffset: 65_536, descriptorOffset: 65_536, end: 69_632}],
	[4096, 0, {treeOffset: 65_536, descriptorOffset: 65_536, end: 69_632}],
	[65_536, 4096, {treeOffset: 65_536, descriptorOffset: 69_632, end: 73_728}],
	[65_537, 4096, {treeOffset: 131_072, descriptorOffset: 135_168, end: 139_264}],
	[
		5 * 2 ** 40,
		0,
		{treeOffset: 5 * 2 ** 40, descriptorOffset: 5 * 2 ** 40, end: 5 * 2 ** 40 + 4096},
	],
] as const)
	test(`lies behind ${size} bytes of content from the next 64 KiB on`, () => {
		assert.equal(verityLayout(size, tree), layout);
	});

for (const digestSize of [32, 64] as const)
	for (const size of [0, 1, 4096, 4097, 128 * 4096, 128 * 4096 + 1, 64 * 64 * 4096 + 1])
		test(`a tree of ${digestSize}-byte digests over ${size} bytes has the size that hashing gives`, () => {
			const hasher = new VerityHasher(digestSize === 32 ? 'sha256' : 'sha512', {keepTree: true});
			hasher.update(Buffer.alloc(size));
			assert.is(merkleTreeSize(size, digestSize), hasher.finish().merkleTree?.length);
		});

test('a tail is the tree, the descriptor, and its size at the end of the last block', () => {
	const tree = Buffer.alloc(8192, 7);
	const descriptor = verityDescriptor('sha256', 600_000, Buffer.alloc(32, 9));
	const tail = Buffer.concat([tree, Buffer.alloc(4096)]);
	putDescriptor(tail, descriptor);
	assert.is(tail.length, 12_288);
	assert.ok(tail.subarray(0, 8192).equals(tree));
	assert.ok(tail.subarray(8192, 8448).equals(descriptor));
	assert.ok(tail.subarray(8448, 12_284).equals(Buffer.alloc(12_284 - 8448)));
	assert.is(tail.readUInt32LE(12_284), 256);
});

test.run();
