import {randomBytes} from 'node:crypto';
import {readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {gunzipSync, zstdDecompressSync} from 'node:zlib';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../engine/errors.ts';
import type {Digest} from '../../../engine/oci/digest.ts';
import {readRecordedChanges} from '../../../engine/oci/read-record.ts';
import {digestOf} from '../../../engine/oci/verified.ts';
import type {LayerRecordItem} from '../../../engine/store/layer-record.ts';
import {readLayerRecord} from '../../../engine/store/layer-record-reader.ts';
import {createStore, type Store} from '../../../engine/store/store.ts';
import {content, makeFolder, unsyncedSystem as system} from '../store/fixture.ts';
import {recordPath} from '../store/record-bytes.ts';
import {rawHeader, rawPax, rawTar, record} from '../tar/raw-header.ts';
import {readAll} from '../tar/read-all.ts';
import {tarOf} from './image-builder.ts';
import {addLayer} from './recorded-layer.ts';

const test = suite<{folder: string; store: Store}>('recorded layer');
const fixtures = path.resolve(import.meta.dirname, '../../fixtures');

test.before.each((context) => {
	context.folder = makeFolder();
	context.store = createStore(system, path.join(context.folder, 'composefs'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

async function recordedChanges(store: Store, diffId: Digest) {
	return readRecordedChanges(readLayerRecord(recordPath(store, diffId), diffId));
}

const registryLayers = [
	'2c76aac0703ec8ac0c0362a1131a53d8bd4a78eb87ea22f25bb9481d770be3c7',
	'61e46791da396428b8cf38aeb48278d7ef77e4fd7e945645721a9d13fead2525',
];
const tars: readonly (readonly [string, Buffer])[] = [
	[
		'of files small and large, empty and several times the same',
		tarOf([
			['empty', ''],
			['small', 's'.repeat(64)],
			['object', 'o'.repeat(65)],
			['same', 'o'.repeat(65)],
			['large', content(3_000_001)],
			['whole-blocks', content(5 << 20, 1)],
		]),
	],
	[
		'of long names, times, xattrs, links and devices',
		rawTar(
			...rawPax(
				record('path', `a/${'long'.repeat(40)}`) +
					record('mtime', '-1.5') +
					record('SCHILY.xattr.security.capability', '\x01\0\0\x02\xff\xfe'),
			),
			rawHeader({size: '00000000003'}),
			'abc',
			...rawPax(record('comment', 'of all'), 'g'),
			rawHeader({name: '././@LongLink', typeflag: 'L', size: '00000000215', magic: 'ustar  \0'}),
			`${'g'.repeat(140)}\0`,
			rawHeader({magic: 'ustar  \0', size: '\x80\0\0\0\0\0\0\0\0\0\0\x02'}),
			'xy',
			rawHeader({name: 'h', typeflag: '1', link: 'g'.repeat(99)}),
			rawHeader({name: 's', typeflag: '2', link: '/x'}),
			rawHeader({name: 'n', typeflag: '3', devMajor: '0000001', devMinor: '0000003'}),
		),
	],
	[
		'of whiteouts, also such as have a content',
		tarOf([
			['d/.wh.f', ''],
			['.wh.with-content', 'not wanted'],
			['.wh..wh.plnk/1.2', 'x'.repeat(5000)],
			['e/.wh..wh..opq', ''],
			['e/new', 'n'],
		]),
	],
	['with much behind its end', Buffer.concat([tarOf([['f', 'x']]), randomBytes(2 << 20)])],
	['without its end', tarOf([['f', 'x']]).subarray(0, 1024)],
	['of nothing but its end', rawTar()],
	['of nothing', Buffer.alloc(0)],
	[
		'that skopeo wrote as zstd:chunked',
		zstdDecompressSync(readFileSync(path.join(fixtures, 'oci/zstd-chunked/v1/layer.zst'))),
	],
	...registryLayers.map((name): readonly [string, Buffer] => [
		`that a registry had, ${name.slice(0, 8)}`,
		gunzipSync(readFileSync(path.join(fixtures, 'oci/tiny/blobs/sha256', name))),
	]),
];
for (const [title, tar] of tars)
	test(`gives the changes and the tar of a layer ${title}`, async ({store}) => {
		const {diffId, changes} = await addLayer(store, tar);
		const recorded = await recordedChanges(store, diffId);
		assert.equal(recorded.entries, changes.entries);
		assert.equal(recorded.whiteouts, changes.whiteouts);
		const rebuilt = Array.from(store.rebuildLayer(diffId), (piece) => Buffer.from(piece));
		assert.is(digestOf(Buffer.concat(rebuilt)), diffId);
	});

test('gives those of every layer that there is a case of', async ({store}) => {
	const layouts = await readAll([
		gunzipSync(readFileSync(path.join(fixtures, 'oci/layer-cases.tar.gz'))),
	]);
	let layers = 0;
	for (const {content: blob} of layouts) {
		if (blob?.toString('latin1', 257, 262) !== 'ustar') continue;
		const added = await addLayer(store, blob).catch((error) => {
			if (!(error instanceof DamagedInput)) throw error;
		});
		if (added === undefined) continue;
		layers++;
		assert.equal((await recordedChanges(store, added.diffId)).entries, added.changes.entries);
		const rebuilt = Array.from(store.rebuildLayer(added.diffId), (piece) => Buffer.from(piece));
		assert.is(digestOf(Buffer.concat(rebuilt)), added.diffId);
	}
	assert.ok(layers > 20, `${layers} layers`);
});

test('takes little room beside the layer', async ({store}) => {
	const files = Array.from(
		{length: 2000},
		(_, n) => [`usr/share/doc/${n}/copyright`, content(900, n)] as const,
	);
	const {diffId} = await addLayer(store, tarOf(files));
	const {length} = readFileSync(recordPath(store, diffId));
	// Most of it are the digests, which nothing compresses.
	assert.ok(length < 2000 * 60, `${length} bytes`);
});

test('is not rebuilt from objects that are not as they were', async ({store}) => {
	const {diffId, changes} = await addLayer(store, tarOf([['f', content(5000)]]));
	const [entry] = changes.entries;
	if (entry?.node.type !== 'file') throw new Error('no file');
	const {verityDigest = ''} = entry.node;
	const object = store.objectPath(verityDigest);
	const rebuild = () => Array.from(store.rebuildLayer(diffId));
	truncateSync(object, 4999);
	assert.throws(rebuild, `object ${verityDigest} is not 5000 bytes long`);
	writeFileSync(object, content(2 << 20));
	assert.throws(rebuild, `object ${verityDigest} is not 5000 bytes long`);
	rmSync(object);
	assert.throws(rebuild, `object ${verityDigest} cannot be read`);
	rmSync(recordPath(store, diffId));
	assert.throws(rebuild, /^the record of layer/);
});

const header = (name: string, size: string) => rawHeader({name, size});
const raw = (...parts: readonly Buffer[]): LayerRecordItem => ({
	kind: 'raw',
	bytes: Buffer.concat(parts),
});
const stored = (size: number): LayerRecordItem => ({
	kind: 'content',
	size,
	stored: {inline: Buffer.alloc(size)},
});
const padding = (size: number) => Buffer.alloc(512 - size);
const end = Buffer.alloc(1024);
const misplaced = (offset: number) =>
	`a content is not where the tar of the layer has it (at byte ${offset})`;
const hostile: readonly (readonly [string, LayerRecordItem[], string])[] = [
	['a content before any header', [stored(3)], misplaced(0)],
	[
		'a content inside a header',
		[raw(header('f', '3').subarray(0, 100)), stored(3)],
		misplaced(100),
	],
	['a content of another size', [raw(header('f', '3')), stored(4)], misplaced(512)],
	['a content of an empty file', [raw(header('f', '0')), stored(3)], misplaced(512)],
	['a content twice', [raw(header('f', '3')), stored(3), stored(3)], misplaced(515)],
	[
		'a content in the padding, as long as that',
		[raw(header('f', '400')), stored(256), stored(256)],
		misplaced(768),
	],
	['a content of what nobody wants', [raw(header('.wh.f', '3')), stored(3)], misplaced(512)],
	['a content after the end', [raw(end), stored(3)], misplaced(1024)],
	[
		'the start of a content among the bytes of the tar',
		[raw(header('f', '3'), Buffer.from('a'))],
		misplaced(513),
	],
	[
		'all of a content among the bytes of the tar',
		[raw(header('f', '3'), Buffer.from('abc'), padding(3))],
		misplaced(1024),
	],
	[
		'contents and headers among the bytes of the tar',
		[raw(header('f', '3'), Buffer.from('abc'), padding(3), header('g', '3'))],
		misplaced(512),
	],
	[
		'no content at all',
		[raw(header('f', '3'))],
		'tar entry "f": the tar is cut off in or after this entry (at byte 512)',
	],
	[
		'no tar at all',
		[raw(Buffer.alloc(512, 'x'))],
		`tar entry "${'x'.repeat(100)}": the header checksum is wrong (at byte 0)`,
	],
];
for (const [title, items, message] of hostile)
	test(`refuses ${title}`, async () => {
		const error = await readRecordedChanges(items).then(
			() => new Error('took it'),
			(reason: unknown) => reason,
		);
		assert.instance(error, DamagedInput);
		assert.is((error as DamagedInput).message, message);
	});

test('stops at the allowance of entries', async () => {
	const items = [raw(header('a', '0'), header('b', '0'), end)];
	const allowance = {entries: 1, extensionBytes: 0};
	const error = await readRecordedChanges(items, {allowance}).catch((reason: unknown) => reason);
	assert.match(String(error), 'there are too many entries');
});

test.run();
