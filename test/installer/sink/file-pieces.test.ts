import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {VerityHasher, verityDescriptor} from '../../../engine/erofs/fs-verity.ts';
import {OperationFailed} from '../../../engine/errors.ts';
import {
	contentPieces,
	type FilePiece,
	layoutOf,
	verityPieces,
} from '../../../installer/sink/file-pieces.ts';
import type {VerityFile} from '../../../installer/sink/root-files.ts';
import {putDescriptor} from '../../../installer/sink/verity-layout.ts';
import {seededRandom} from '../../seeded.ts';
import {sampleSizes} from './sample-content.ts';
import {thrown} from './thrown.ts';

const test = suite('pieces of files');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-pieces-'));
test.after(() => rmSync(folder, {recursive: true}));

function copied(pieces: Iterable<FilePiece>): FilePiece[] {
	return Array.from(pieces, ({position, bytes}) => ({position, bytes: Buffer.from(bytes)}));
}

/** The file that the pieces make, gaps as zeros. */
function assembled(pieces: Iterable<FilePiece>): Buffer {
	const parts = copied(pieces);
	const end = Math.max(0, ...parts.map(({position, bytes}) => position + bytes.length));
	const file = Buffer.alloc(end);
	for (const {position, bytes} of parts) bytes.copy(file, position);
	return file;
}

test('a file of several reads comes whole and in order', () => {
	const file = path.join(folder, 'large');
	const bytes = Buffer.concat([Buffer.alloc(2_500_000, 3), seededRandom(1).bytes(1000)]);
	writeFileSync(file, bytes);
	const pieces = copied(contentPieces({kind: 'path', path: file}, bytes.length, 'large'));
	assert.equal(
		pieces.map(({position}) => position),
		[0, 2 ** 20, 2 ** 21],
	);
	assert.ok(assembled(pieces).equals(bytes));
});

test('a file of odd bytes in its name is found', () => {
	const file = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0x0a, 0x22])]);
	writeFileSync(file, 'odd');
	const source = {kind: 'path', path: file.toString('latin1')} as const;
	assert.is(assembled(contentPieces(source, 3, 'odd')).toString(), 'odd');
});

test('a file that has grown gives what it was', () => {
	const file = path.join(folder, 'grown');
	writeFileSync(file, 'before, after');
	const source = {kind: 'path', path: file} as const;
	assert.is(assembled(contentPieces(source, 6, 'grown')).toString(), 'before');
});

for (const [what, source] of [
	['file', {kind: 'path', path: '/dev/null'}],
	['buffer', {kind: 'bytes', bytes: Buffer.alloc(9)}],
	['missing source', undefined],
] as const)
	test(`a ${what} that is too short is an error that names it`, () => {
		const error = thrown(OperationFailed, () => copied(contentPieces(source, 10, 'var/x\n')));
		assert.is(error.code, 'changed-file');
		assert.match(error.message, '"var/x\\u{a}"');
	});

test('an empty file has no pieces', () => {
	assert.equal(copied(contentPieces(undefined, 0, 'empty')), []);
});

for (const algorithm of ['sha256', 'sha512'] as const)
	for (const size of [1, ...sampleSizes])
		test(`${size} bytes get their ${algorithm} tree, whether it was kept or not`, () => {
			const bytes = seededRandom(size).bytes(size);
			const hasher = new VerityHasher(algorithm, {keepTree: true});
			hasher.update(bytes);
			const {digest, rootHash = '', merkleTree = Buffer.alloc(0)} = hasher.finish();
			const descriptor = verityDescriptor(algorithm, size, Buffer.from(rootHash, 'hex'));
			const tail = Buffer.concat([merkleTree, Buffer.alloc(4096)]);
			putDescriptor(tail, descriptor);
			for (const kept of [merkleTree, trimmed(merkleTree), undefined]) {
				const file = verityFile(digest, bytes, kept);
				const whole = assembled(verityPieces(file, algorithm));
				const {treeOffset, end} = layoutOf(file, algorithm);
				assert.is(whole.length, end);
				assert.ok(whole.subarray(0, size).equals(bytes));
				assert.ok(whole.subarray(size, treeOffset).equals(Buffer.alloc(treeOffset - size)));
				assert.ok(whole.subarray(treeOffset).equals(tail));
			}
		});

for (const size of [4096, 100_000])
	test(`content of ${size} bytes that changed since it was hashed is an error`, () => {
		const hasher = new VerityHasher('sha256');
		hasher.update(Buffer.alloc(size, 1));
		const file = verityFile(hasher.finish().digest, Buffer.alloc(size, 2), undefined);
		const error = thrown(OperationFailed, () => copied(verityPieces(file, 'sha256')));
		assert.is(error.code, 'changed-file');
	});

test('a tree that belongs to another content is an error', () => {
	const hasher = new VerityHasher('sha256', {keepTree: true});
	hasher.update(Buffer.alloc(100_000, 1));
	const {digest, merkleTree = Buffer.alloc(0)} = hasher.finish();
	const wrong = Buffer.from(merkleTree);
	wrong[0] = 1 + (wrong[0] ?? 0);
	const file = verityFile(digest, Buffer.alloc(100_000, 1), wrong);
	assert.throws(
		() => copied(verityPieces(file, 'sha256')),
		/is not what it was when it was hashed/,
	);
});

/** As hashing gives it: without the zeros that fill the last block. */
function trimmed(tree: Buffer): Buffer {
	return tree.subarray(0, 1 + tree.findLastIndex((byte) => byte !== 0));
}

function verityFile(
	verityDigest: string,
	bytes: Buffer,
	merkleTree: Buffer | undefined,
): VerityFile {
	const source = {kind: 'bytes', bytes} as const;
	return {path: 'composefs/objects/x', verityDigest, size: bytes.length, source, merkleTree};
}

test.run();
