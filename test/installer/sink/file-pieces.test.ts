import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {OperationFailed} from '../../../engine/errors.ts';
import {contentPieces, type FilePiece} from '../../../installer/sink/file-pieces.ts';
import {seededRandom} from '../../seeded.ts';
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

test.run();
