import {cpSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput, OperationFailed} from '../../../../engine/errors.ts';
import {pullImage} from '../../../../engine/oci/pull-image.ts';
import {digestOf} from '../../../../engine/oci/verified.ts';
import {createStore, openStore, type Store} from '../../../../engine/store/store.ts';
import {checkedObjects, filesBelow, unsyncedSystem as system} from '../../store/fixture.ts';
import {rawHeader} from '../../tar/raw-header.ts';
import {type ChunkedEntry, chunkedLayer, type Twist} from './chunked-layer.ts';
import {
	changed,
	failedPull,
	fileOf,
	noise,
	pull,
	rangesOf,
	serve,
	versionOne,
	versionTwo,
} from './pulls.ts';

interface Context {
	folder: string;
	prepared: string;
	store: Store;
}

const test = suite<Context>('zstd:chunked layers that are not what they should be');

test.before(async (context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-chunked-faults-'));
	context.prepared = path.join(context.folder, 'prepared');
	using origin = await serve([chunkedLayer(versionOne)]);
	await pull(createStore(system, context.prepared), origin.image);
});
test.before.each((context) => {
	const place = path.join(context.folder, 'composefs');
	cpSync(context.prepared, place, {recursive: true});
	context.store = openStore(system, place);
});
test.after.each(({store}) => rmSync(store.path, {recursive: true}));
test.after(({folder}) => rmSync(folder, {recursive: true}));

type Json = Record<string, unknown>;

/** Changes the entries of a table of contents with a name. */
const edited = (name: string, edit: (entry: Json) => Json): Twist => ({
	toc: (entries) => entries.map((entry) => (entry.name === name ? edit(entry) : entry)),
});
const withField = (name: string, field: Json) => edited(name, (entry) => ({...entry, ...field}));
const flipped = (bytes: Buffer, at: number) => {
	bytes[at] = (bytes[at] ?? 0) ^ 0x01;
};
/** The first header of these layers, but of another owner. */
const firstWithUid = rawHeader({...versionOne[0], uid: '0000001'}).toString('base64');
const zeros = `sha256:${'0'.repeat(64)}`;

interface Case {
	readonly title: string;
	readonly twist: Twist;
	readonly message: RegExp;
	readonly entries?: readonly ChunkedEntry[];
	/** Requests until it is found out; 1 when absent: that of both documents. */
	readonly requests?: number;
}

const cases: readonly Case[] = [
	{
		title: 'a table of contents with another digest',
		twist: {blob: (blob, {toc}) => flipped(blob, toc + 40)},
		message: /table of contents sha256:\w+ has the digest sha256:\w+$/,
	},
	{
		title: 'a table of contents that is longer than it says',
		twist: {
			annotations: (annotations) => shortened(annotations, 'manifest-position'),
		},
		message: /the table of contents has more than its \d+ bytes$/,
	},
	{
		title: 'a table of contents that is no JSON',
		twist: {document: () => 'none' as unknown as Json},
		message: /the table of contents is "none", expected Object$/,
	},
	{
		title: 'a tar-split with another digest',
		twist: {document: (toc) => ({...toc, tarSplitDigest: zeros})},
		message: /tar-split sha256:0+ has the digest sha256:\w+$/,
	},
	{
		title: 'a tar-split that is longer than it says',
		twist: {annotations: (annotations) => shortened(annotations, 'tarsplit-position')},
		message: /the tar-split has more than its \d+ bytes$/,
	},
	{
		title: 'a tar-split that is no JSON',
		twist: {tarSplit: (text) => text.replaceAll('"type":1', '"type":1,')},
		message: /the tar-split is not JSON/,
	},
	{
		title: 'a tar-split with a line of no known type',
		twist: {tarSplit: (text) => text.replaceAll('"type":1', '"type":3')},
		message: /type of the line of the tar-split is 3, expected \(1 \| 2\)$/,
	},
	{
		title: 'a tar-split that lacks a content',
		twist: {lines: (lines) => lines.filter(({name}) => name !== 'usr/bin/app')},
		message: /the tar-split has a content where the tar has none/,
	},
	{
		title: 'a tar-split with another size of a content',
		twist: {
			lines: (lines) =>
				lines.map((line) => (line.name === 'usr/bin/app' ? {...line, size: 94_999} : line)),
		},
		message: /the tar-split has a content where the tar has none/,
	},
	{
		title: 'a tar-split with a content too many',
		twist: {lines: (lines) => [...lines, {type: 1, name: 'x', size: 10}]},
		message: /the tar-split has a content where the tar has none/,
	},
	{
		title: 'a table of contents that lacks an entry',
		twist: {toc: (entries) => entries.filter(({name}) => name !== 'usr/last')},
		message: /tar entry "usr\/last": the table of contents lacks it/,
	},
	{
		title: 'a table of contents that lacks an entry in the middle',
		twist: {toc: (entries) => entries.filter(({name}) => name !== 'usr/empty')},
		message: /tar entry "usr\/empty": the table of contents has another name for it/,
	},
	{
		title: 'a table of contents with an entry too many',
		twist: {toc: (entries) => [...entries, {type: 'reg', name: 'usr/bin/\u001bsh'}]},
		message: /"usr\/bin\/\\u\{1b\}sh" in the table of contents: the tar lacks it$/,
	},
	{
		title: 'a table of contents with an entry twice',
		twist: {
			toc: (entries) => [...entries.slice(0, 1), ...entries],
		},
		message: /tar entry "usr\/bin": the table of contents has another name for it/,
	},
	{
		title: 'a table of contents with a piece of no file',
		twist: {
			toc: (entries) => [{type: 'chunk', name: 'usr/last'}, ...entries],
		},
		message: /"usr\/last" in the table of contents: a piece of it stands elsewhere$/,
	},
	...[
		['type', 'usr/last', {type: 'fifo'}],
		['link', 'usr/link', {linkName: 'bin/other'}],
		['link', 'usr/hard', {linkName: 'usr/bin/other'}],
		['size', 'usr/last', {size: 999}],
		['mode', 'usr/last', {mode: 0o4755}],
		['uid', 'usr/last', {uid: 1}],
		['gid', 'usr/last', {gid: 1}],
		['mtime', 'usr/last', {modtime: '2026-01-01T00:00:00Z'}],
		['mtime', 'usr/last', {modtime: 'yesterday'}],
		['major', 'usr/null', {devMajor: 5}],
		['minor', 'usr/null', {devMinor: 5}],
		['xattrs', 'usr/last', {xattrs: {'user.x': 'aGk='}}],
	].map(([field, name, change]) => ({
		title: `another ${field} (${JSON.stringify(change)})`,
		twist: withField(String(name), change as Json),
		message: new RegExp(`tar entry "${name}": the table of contents has another ${field} for it`),
	})),
	{
		title: 'a file without a digest',
		twist: withField('usr/last', {digest: undefined}),
		message: /"usr\/last" in the table of contents: it has no digest$/,
	},
	...[
		[10_000_000, 10_000_010],
		[50, 50],
		[60, 50],
	].map(([offset, endOffset]) => ({
		title: `a file at ${offset} to ${endOffset}`,
		twist: withField('usr/last', {offset, endOffset}),
		message: new RegExp(`"usr/last" in the table .*: it cannot be at ${offset} to ${endOffset}$`),
	})),
	{
		title: 'numbers that are none',
		twist: withField('usr/last', {offset: -1}),
		message: /entries\.\d+\.offset of the table of contents is -1, expected >=0$/,
	},
	{
		title: 'files that overlap',
		twist: {toc: overlapping},
		message: /two of its files overlap in the blob/,
	},
	{
		title: 'one digest for contents of two sizes',
		twist: {toc: (entries) => sameDigest(entries, 'usr/bin/app', 'usr/small')},
		message: /content sha256:\w+ has 95000 bytes, and 16 elsewhere$/,
	},
	{
		title: 'a content with a changed byte',
		twist: {blob: (blob, {contents}) => flipped(blob, (contents.get('usr/bin/app') ?? 0) + 500)},
		message: /file "usr\/bin\/app" (is damaged zstd data|sha256:\w+ has the digest)/,
		requests: 3,
	},
	{
		title: 'a large content with a changed byte',
		entries: [...versionOne, fileOf('usr/new', noise(2 << 20, 51))],
		twist: {blob: (blob, {contents}) => flipped(blob, (contents.get('usr/new') ?? 0) + 500)},
		message: /file "usr\/new" (is damaged zstd data|sha256:\w+ has the digest)/,
		requests: 2,
	},
	{
		title: 'a content with another digest',
		twist: withField('usr/bin/app', {digest: zeros}),
		message: /file "usr\/bin\/app" sha256:0+ has the digest sha256:\w+$/,
		requests: 3,
	},
	{
		title: 'a content that ends too early',
		twist: edited('usr/bin/app', (entry) => ({...entry, endOffset: Number(entry.endOffset) - 20})),
		message: /file "usr\/bin\/app" is damaged zstd data/,
		requests: 3,
	},
	{
		title: 'a content that goes on with headers of the tar',
		twist: edited('usr/bin/app', (entry) => ({...entry, endOffset: Number(entry.endOffset) + 20})),
		message: /file "usr\/bin\/app" is damaged zstd data/,
		requests: 3,
	},
	{
		title: 'a right digest of another content than the tar has',
		entries: [...versionTwo, fileOf('usr/evil', noise(95_000, 61))],
		twist: {toc: (entries) => swapped(entries, 'usr/bin/app', 'usr/evil')},
		message: /uncompressed layer sha256:\w+ has the digest sha256:\w+$/,
		requests: 4,
	},
	{
		title: 'the digest of a content that the store has and the tar has not',
		entries: changed({'usr/bin/app': noise(90_000, 62)}),
		twist: withField('usr/bin/app', {digest: digestOf(noise(90_000, 1))}),
		message: /uncompressed layer sha256:\w+ has the digest sha256:\w+$/,
	},
	{
		title: 'headers that are not those of its tar',
		twist: {
			lines: (lines) =>
				lines.map((line, index) => (index === 0 ? {...line, payload: firstWithUid} : line)),
			toc: (entries) => entries.map((entry, index) => (index === 0 ? {...entry, uid: 1} : entry)),
		},
		message: /uncompressed layer sha256:\w+ has the digest sha256:\w+$/,
		requests: 3,
	},
	{
		title: 'marks of two formats',
		twist: {
			annotations: (annotations) => ({
				...annotations,
				'containerd.io/snapshot/stargz/toc.digest': zeros,
			}),
		},
		message: /it is marked as zstd:chunked and as eStargz$/,
		requests: 0,
	},
	{
		title: 'a file twice',
		entries: [...versionTwo, fileOf('usr/last', noise(1000, 5))],
		twist: {},
		message: /"usr\/last"/,
		requests: 3,
	},
];

function shortened(annotations: Record<string, string>, name: string): Record<string, string> {
	const key = `io.github.containers.zstd-chunked.${name}`;
	const [start, length, size, ...type] = (annotations[key] ?? '').split(':').map(Number);
	return {...annotations, [key]: [start, length, Number(size) - 1, ...type].join(':')};
}

function overlapping(entries: Json[]): Json[] {
	const app = entries.find(({name}) => name === 'usr/bin/app');
	return entries.map((entry) =>
		entry.name === 'usr/small'
			? {...entry, offset: Number(app?.offset) + 1, endOffset: Number(app?.offset) + 30}
			: entry,
	);
}

function sameDigest(entries: Json[], one: string, other: string): Json[] {
	const {digest} = entries.find(({name}) => name === one) ?? {};
	return entries.map((entry) => (entry.name === other ? {...entry, digest} : entry));
}

/** Each gets the place and digest of the other; both have the same size. */
function swapped(entries: Json[], one: string, other: string): Json[] {
	const placeOf = (wanted: string) => {
		const {digest, offset, endOffset} = entries.find(({name}) => name === wanted) ?? {};
		return {digest, offset, endOffset};
	};
	return entries.map((entry) => {
		if (entry.name === one) return {...entry, ...placeOf(other)};
		return entry.name === other ? {...entry, ...placeOf(one)} : entry;
	});
}

for (const {title, twist, message, entries = versionTwo, requests = 1} of cases)
	test(`are an error, and nothing of them is shown: ${title}`, async ({store}) => {
		using origin = await serve([chunkedLayer(entries, twist)]);
		const before = filesBelow(store.path);
		const error = await failedPull(store, origin.image);
		assert.instance(error, DamagedInput);
		assert.match(error.message, message);
		const ranges = rangesOf(origin.registry);
		assert.not(ranges.includes('all'), 'it was fetched whole instead');
		assert.is(ranges.length, requests);
		const added = filesBelow(store.path).filter((name) => !before.includes(name));
		assert.ok(
			added.every((name) => name === 'content-index-sha256'),
			added.join(),
		);
	});

test('are an error when they make the image larger than is allowed', async ({store}) => {
	using origin = await serve([chunkedLayer(versionTwo)]);
	const error = await failedPull(store, origin.image, {maxBytes: 1 << 20});
	assert.instance(error, DamagedInput);
	assert.match(error.message, /makes the image larger than what is allowed or free$/);
	assert.is(rangesOf(origin.registry).length, 1);
});

test('are an error when they have more entries than are allowed', async ({store}) => {
	using origin = await serve([chunkedLayer(versionTwo)]);
	const allowance = {entries: 10, extensionBytes: 1000};
	const error = await failedPull(store, origin.image, {allowance});
	assert.match(error.message, /there are too many entries/);
	assert.is(rangesOf(origin.registry).length, 1);
});

for (const [title, fault, code] of [
	['is cut off again and again', {dropAfter: 0}, 'registry-interrupted'],
	['is lost in the middle', {status: 404}, 'registry-incomplete'],
	['comes whole in the middle', {ignoreRange: true}, 'registry-no-ranges'],
] as const)
	test(`are an error when one ${title}`, async ({store}) => {
		let requests = 0;
		using origin = await serve([chunkedLayer(versionTwo)], ({headers}) =>
			headers.range !== undefined && ++requests > 1 ? fault : undefined,
		);
		const error = await failedPull(store, origin.image);
		assert.instance(error, OperationFailed);
		assert.is(error.code, code);
		assert.not(rangesOf(origin.registry).includes('all'));
	});

test('are found as far as they came by the next try', async ({store}) => {
	const gap = noise(200_000, 3);
	const layer = chunkedLayer([
		...versionOne,
		...[1, 2, 3].flatMap((number) => [
			fileOf(`usr/new-${number}`, noise(100_000, 70 + number)),
			fileOf(`usr/known-${number}`, gap),
		]),
		fileOf('usr/new-4', noise(300_000, 74)),
	]);
	let requests = 0;
	// The fourth file's begins when one of the first three is there.
	using origin = await serve([layer], ({headers}) =>
		headers.range !== undefined && ++requests === 5 ? {status: 404} : undefined,
	);
	{
		await using writer = await store.write();
		await pullImage(origin.image, writer).then(
			() => assert.unreachable('worked'),
			(error) => assert.is(error.code, 'registry-incomplete'),
		);
		// As an update does when a pull fails.
		await writer.commit();
	}
	const {bytesFetched} = await pull(store, origin.image);
	const left = layer.documentSize + 500_000;
	assert.ok(bytesFetched <= 1.01 * left, `${bytesFetched} of ${left}`);
	checkedObjects(store.path);
});

test.run();
