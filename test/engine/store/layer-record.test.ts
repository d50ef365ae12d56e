import {randomBytes} from 'node:crypto';
import {existsSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {zstdCompressSync} from 'node:zlib';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../engine/errors.ts';
import type {Digest} from '../../../engine/oci/digest.ts';
import type {LayerRecordItem} from '../../../engine/store/layer-record.ts';
import {readLayerRecord} from '../../../engine/store/layer-record-reader.ts';
import {LayerRecordWriter} from '../../../engine/store/layer-record-writer.ts';
import {makeFolder} from './fixture.ts';
import {bodiesOf, collectItems, sealFrames, sealRecord, u32, u64} from './record-bytes.ts';

const test = suite<{folder: string; file: string}>('layer record');
const diffId: Digest = `sha256:${'d1'.repeat(32)}`;
const inline = Buffer.from('small');
const [sha256, sha512] = ['a1'.repeat(32), 'b2'.repeat(64)];

test.before.each((context) => {
	context.folder = makeFolder();
	context.file = path.join(context.folder, 'record');
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

function writeSample(file: string): void {
	const record = new LayerRecordWriter(file, diffId);
	record.raw(Buffer.from('header '));
	record.raw(Buffer.from('and more'));
	record.content(5, {inline});
	record.content(2 ** 40, {verityDigest: sha256});
	record.raw(Buffer.from('x'));
	record.content(65, {verityDigest: sha512});
	record.raw(Buffer.alloc(1024));
	record.end();
}

const sampleItems: readonly LayerRecordItem[] = [
	{kind: 'raw', bytes: Buffer.from('header and more')},
	{kind: 'content', size: 5, stored: {inline}},
	{kind: 'content', size: 2 ** 40, stored: {verityDigest: sha256}},
	{kind: 'raw', bytes: Buffer.from('x')},
	{kind: 'content', size: 65, stored: {verityDigest: sha512}},
	{kind: 'raw', bytes: Buffer.alloc(1024)},
];

test('gives back what was written, in one piece where it came in several', ({file}) => {
	writeSample(file);
	assert.equal(collectItems(readLayerRecord(file, diffId)), sampleItems);
	assert.is(statSync(file).mode & 0o7777, 0o600);
});

test('is laid out as its module says', ({file}) => {
	writeSample(file);
	const body = Buffer.concat([
		Buffer.concat([Buffer.from([1]), u32(15), Buffer.from('header and more')]),
		Buffer.concat([Buffer.from([2, 5]), inline]),
		Buffer.concat([Buffer.from([3]), u64(2n ** 40n), Buffer.from(sha256, 'hex')]),
		Buffer.concat([Buffer.from([1]), u32(1), Buffer.from('x')]),
		Buffer.concat([Buffer.from([4]), u64(65n), Buffer.from(sha512, 'hex')]),
		Buffer.concat([Buffer.from([1]), u32(1024), Buffer.alloc(1024)]),
	]);
	assert.equal(bodiesOf(readFileSync(file)), [body]);
	assert.equal(readFileSync(file), sealRecord(diffId, body));
});

test('holds more than fits a frame, compressible or not', ({file}) => {
	const bytes = Buffer.concat([randomBytes(3 << 20), Buffer.alloc(2 << 20)]);
	const record = new LayerRecordWriter(file, diffId);
	for (let at = 0; at < bytes.length; at += 700_001) record.raw(bytes.subarray(at, at + 700_001));
	const digests = Array.from({length: 50_000}, () => randomBytes(32).toString('hex'));
	for (const verityDigest of digests) record.content(100, {verityDigest});
	record.end();
	const items = collectItems(readLayerRecord(file, diffId));
	const raw = items.flatMap((item) => (item.kind === 'raw' ? [item.bytes] : []));
	assert.equal(Buffer.concat(raw), bytes);
	assert.equal(
		items.flatMap((item) => (item.kind === 'content' ? [item.stored.verityDigest] : [])),
		digests,
	);
	assert.is(bodiesOf(readFileSync(file)).length, 7);
});

test('may be of a layer with nothing in it', ({file}) => {
	new LayerRecordWriter(file, diffId).end();
	assert.equal(collectItems(readLayerRecord(file, diffId)), []);
});

test('is gone when it is given up, and stays when it has ended', ({file}) => {
	const record = new LayerRecordWriter(file, diffId);
	record.raw(Buffer.from('x'));
	record.giveUp();
	assert.not(existsSync(file));
	record.giveUp();
	const whole = new LayerRecordWriter(file, diffId);
	whole.end();
	whole.giveUp();
	assert.ok(existsSync(file));
});

function damageOf(file: string): string {
	try {
		collectItems(readLayerRecord(file, diffId));
	} catch (error) {
		if (!(error instanceof DamagedInput)) throw error;
		assert.is(error.hint, 'Fetch an image with this layer; the record is made anew then.');
		const prefix = `the record of layer ${diffId} is damaged: `;
		assert.ok(error.message.startsWith(prefix), error.message);
		return error.message.slice(prefix.length);
	}
	return 'none';
}

test('is refused with any byte changed, missing or too many', ({file}) => {
	writeSample(file);
	const whole = readFileSync(file);
	for (const [index, byte] of whole.entries()) {
		const changed = Buffer.from(whole);
		changed[index] = byte ^ 0x10;
		writeFileSync(file, changed);
		assert.is.not(damageOf(file), 'none', `byte ${index}`);
		writeFileSync(file, whole.subarray(0, index));
		assert.match(damageOf(file), /^(it is cut off|its SHA-256 is wrong)$/, `${index} bytes`);
	}
	writeFileSync(file, Buffer.concat([whole, Buffer.alloc(1)]));
	assert.is(damageOf(file), 'its SHA-256 is wrong');
});

const item = (...bytes: readonly number[]): Buffer => Buffer.from(bytes);
const hostile: readonly (readonly [string, Buffer, RegExp])[] = [
	[
		'one of another layer',
		sealRecord(`sha256:${'d2'.repeat(32)}`),
		/^it is that of "sha256:(d2){32}"$/,
	],
	[
		'one of a later version',
		Buffer.from('slipway-layer-2\n and more'),
		/^it is none, or of a newer slipway$/,
	],
	['another file', randomBytes(300), /^it is none, or of a newer slipway$/],
	['an empty file', Buffer.alloc(0), /^it is cut off$/],
	['an unknown item', sealRecord(diffId, item(9)), /^it has an item of the kind 9$/],
	[
		'an item that is longer than its frame',
		sealRecord(diffId, Buffer.concat([item(1), u32(0xffff_ffff), item(1)]), item(1)),
		/^an item goes beyond its frame$/,
	],
	['half an item', sealRecord(diffId, item(3, 1)), /^an item goes beyond its frame$/],
	['a content of no bytes', sealRecord(diffId, item(2, 0)), /^a content of 0 bytes stands in it$/],
	[
		'a content that ought to be an object',
		sealRecord(diffId, Buffer.concat([item(2, 65), Buffer.alloc(65)])),
		/^a content of 65 bytes stands in it$/,
	],
	[
		'an object that ought to be in it',
		sealRecord(diffId, Buffer.concat([item(3), u64(64n), Buffer.alloc(32)])),
		/^an object has 64 bytes$/,
	],
	[
		'an object of impossible size',
		sealRecord(diffId, Buffer.concat([item(3), u64(2n ** 53n), Buffer.alloc(32)])),
		/^an object has 9007199254740992 bytes$/,
	],
	[
		'a frame that grows beyond all measure',
		sealRecord(diffId, Buffer.alloc(100 << 20)),
		/requires too much memory|larger than 1048576 bytes/,
	],
	[
		'a frame that claims a large window',
		// Magic, no content size, a window of 128 MiB, one byte as it is.
		sealFrames(diffId, [Buffer.from('28b52ffd008809000001', 'hex')]),
		/requires too much memory/,
	],
	['a frame of too many bytes', sealFrames(diffId, [Buffer.alloc(2 << 20)]), /^a frame has/],
	['a frame that is none', sealFrames(diffId, [randomBytes(100)]), /frame descriptor/],
	[
		'two frames where one should be',
		sealFrames(diffId, [
			Buffer.concat([zstdCompressSync(item(1, 0, 0, 0, 0)), zstdCompressSync(Buffer.alloc(9))]),
		]),
		/kind 0|frame|trailing/i,
	],
];
for (const [title, bytes, problem] of hostile)
	test(`refuses ${title}`, ({file}) => {
		writeFileSync(file, bytes);
		assert.match(damageOf(file), problem);
	});

test('is damaged as well when it cannot be read', ({file}) => {
	assert.match(damageOf(file), /^ENOENT: no such file or directory/);
});

test.run();
