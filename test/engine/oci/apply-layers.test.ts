import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {gunzipSync, gzipSync} from 'node:zlib';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {verityDigest} from '../../../engine/erofs/fs-verity.ts';
import {DamagedInput} from '../../../engine/errors.ts';
import {applyLayers} from '../../../engine/oci/apply-layers.ts';
import type {Image, ImageLayer} from '../../../engine/oci/image.ts';
import type {FetchOptions} from '../../../engine/oci/layer-fetcher.ts';
import {ociLayout} from '../../../engine/oci/layout.ts';
import {digestOf} from '../../../engine/oci/verified.ts';
import type {ProgressEvent} from '../../../engine/progress.ts';
import type {ContentSink} from '../../../engine/store/content-sink.ts';
import {DigestSink} from '../../../engine/store/digest-sink.ts';
import {type RawFields, rawHeader, rawPax, rawTar, record} from '../tar/raw-header.ts';
import {readAll} from '../tar/read-all.ts';
import {tarOf, writeFiles} from './image-builder.ts';
import {listTree} from './list-tree.ts';

const test = suite('layers to tree');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-layers-'));
test.after(() => rmSync(folder, {recursive: true}));
const cases = path.resolve(import.meta.dirname, '../../fixtures/oci/layer-cases.tar.gz');
const caseFiles = await readAll([gunzipSync(readFileSync(cases))]);
writeFiles(
	folder,
	new Map(
		caseFiles.flatMap(({path, type, content}) =>
			type === 'file' ? [[path, content ?? Buffer.alloc(0)] as const] : [],
		),
	),
);

/** As decided in the table of the design's reference: a tree, or an error. */
const decided: Record<string, string[] | RegExp> = {
	abs: ['abs /', 'abs/f x'],
	dirovfile: ['p /', 'p/c c'],
	dotdot: /"a\/..\/..\/esc": a path has "\.\." in it \(at byte 512\)$/,
	dup: /"p": it is in the layer twice \(at byte 1024\)$/,
	dupdirfile: /"p": it is in the layer twice \(at byte 1536\)$/,
	fileovdir: ['p file'],
	hardesc: /"h -> ..\/..\/..\/..\/etc\/passwd": a path has "\.\." in it \(at byte 0\)$/,
	hardlower: ['f data', 'g = f'],
	hardwhited: /"g": the target of its hard link, "f", does not exist \(at byte 512\)$/,
	noparent: ['x /', 'x/y /', 'x/y/z x'],
	opqorder: ['a /', 'a/new n'],
	symesc: /"l\/esc-sym": its path leads through a symlink, "l" \(at byte 512\)$/,
	symparent: /"lib\/foo": its path leads through a symlink, "lib" \(at byte 0\)$/,
	symparentdir: ['usr /', 'usr/lib /', 'usr/lib/low l', 'lib /', 'lib/foo f'],
	whafter: ['a /', 'a/x new'],
	whbefore: ['a /', 'a/x new'],
	whdir: ['a /'],
};

test('covers every case there is', () => {
	const found = new Set(caseFiles.map(({path}) => path.replace(/^oci-([^/]*).*/, '$1')));
	assert.equal([...found].sort(), Object.keys(decided).sort());
});
for (const [name, outcome] of Object.entries(decided))
	test(`decides the case ${name}`, async () => {
		const source = ociLayout(path.join(folder, `oci-${name}`));
		const image = await source.open({os: 'linux', architecture: 'amd64'});
		const result = await applyLayers(image, new DigestSink('sha256')).then(listTree, (error) => {
			assert.instance(error, DamagedInput);
			assert.match(error.message, /^layer sha256:[0-9a-f]{64}: /);
			return error.message;
		});
		if (outcome instanceof RegExp) assert.match(result, outcome);
		else assert.equal(result, outcome);
	});

function layerOf(tar: Buffer, blob = tar): ImageLayer {
	const descriptor = {
		mediaType: 'application/vnd.oci.image.layer.v1.tar',
		digest: digestOf(blob),
		size: blob.length,
		annotations: {},
		data: undefined,
		platform: undefined,
		artifactType: undefined,
	};
	async function* open(): AsyncGenerator<Buffer> {
		for (let at = 0; at < blob.length; at += 1000) yield blob.subarray(at, at + 1000);
	}
	return {diffId: digestOf(tar), size: blob.length, descriptor, open};
}

function imageOf(...layers: readonly ImageLayer[]): Image {
	const bytes = Buffer.alloc(0);
	const platform = {os: 'linux', architecture: 'amd64'};
	const config = {bytes, digest: digestOf(bytes), platform, labels: {}, created: undefined};
	const diffIds = layers.map(({diffId}) => diffId);
	return {top: undefined, manifest: undefined, config: {...config, diffIds}, layers};
}

function apply(
	tars: readonly Buffer[],
	sink: ContentSink = new DigestSink('sha256'),
	options?: FetchOptions,
) {
	return applyLayers(imageOf(...tars.map((tar) => layerOf(tar))), sink, options);
}

async function messageOf(work: Promise<unknown>): Promise<string> {
	const outcome = await work.then(
		() => new Error('worked'),
		(error: unknown) => error,
	);
	if (!(outcome instanceof DamagedInput)) throw outcome;
	return outcome.message.replace(/sha256:[0-9a-f]{64}/g, 'DIGEST');
}

const dir = (name: string, more: RawFields = {}): RawFields => ({
	name,
	typeflag: '5',
	mode: '0000755',
	...more,
});
const symlink = (name: string, link: string): RawFields => ({name, typeflag: '2', link});
const hardlink = (name: string, link: string): RawFields => ({name, typeflag: '1', link});

const trees: [title: string, layers: Buffer[], tree: string[]][] = [
	[
		'keeps the children of a directory that comes again, with its new attributes',
		[tarOf([], dir('d/'), {name: 'd/f'}), tarOf([], dir('d/', {mode: '0001777', uid: '0000007'}))],
		['d / 1777 7:0', 'd/f empty'],
	],
	[
		'gives a directory its attributes also after its children',
		[tarOf([['d/f', 'x']], dir('d/', {mode: '0000700'}))],
		['d / 700', 'd/f x'],
	],
	[
		'takes a directory twice when both say the same',
		[tarOf([['d/f', 'x']], dir('d/'), dir('./d'))],
		['d /', 'd/f x'],
	],
	[
		'hides all of a lower directory, and keeps what is new in it',
		[
			tarOf([
				['a/one', '1'],
				['a/two', '2'],
				['b', '3'],
			]),
			tarOf([
				['a/three', '3'],
				['a/.wh..wh..opq', ''],
			]),
		],
		['a /', 'a/three 3', 'b 3'],
	],
	[
		'hides all of the root',
		[
			tarOf([['a', '1']]),
			tarOf([
				['.wh..wh..opq', ''],
				['b', '2'],
			]),
		],
		['b 2'],
	],
	[
		'passes over whiteouts of what is not there',
		[
			tarOf([
				['.wh.none', ''],
				['no/such/.wh.x', ''],
				['no/.wh..wh..opq', ''],
				['a', '1'],
			]),
		],
		['a 1'],
	],
	[
		'passes over what AUFS left behind',
		[
			tarOf([
				['.wh..wh.aufs', ''],
				['.wh..wh.plnk/1.2', 'data'],
				['.wh..wh.orph/x/y', ''],
			]),
		],
		[],
	],
	[
		'takes a whiteout in a directory that replaces a symlink in the same layer',
		[
			tarOf([['usr/lib/a', 'a']], symlink('lib', 'usr/lib')),
			tarOf([], dir('lib/'), {name: 'lib/.wh..wh..opq'}, {name: 'lib/new'}),
		],
		['usr /', 'usr/lib /', 'usr/lib/a a', 'lib /', 'lib/new empty'],
	],
	[
		'takes a name again that a whiteout took away, as something else',
		[
			tarOf([['usr/lib/a', 'a']], symlink('lib', 'usr/lib')),
			tarOf([
				['.wh.lib', ''],
				['lib/new', 'n'],
			]),
		],
		['usr /', 'usr/lib /', 'usr/lib/a a', 'lib /', 'lib/new n'],
	],
	[
		'makes hard links to files, symlinks and devices',
		[
			tarOf(
				[['f', 'data']],
				symlink('s', 'f'),
				{name: 'n', typeflag: '3', devMajor: '0000001', devMinor: '0000003'},
				hardlink('f2', 'f'),
				hardlink('d/s2', './s'),
				hardlink('n2', '/n'),
			),
		],
		['f data', 's -> f', 'n character 259', 'f2 = f', 'd /', 'd/s2 = s', 'n2 = n'],
	],
	[
		'keeps a hard link when the upper layer replaces one of its names',
		[tarOf([['f', 'old']], hardlink('g', 'f')), tarOf([['f', 'new']])],
		['f new', 'g old'],
	],
	[
		'keeps devices, fifos, setuid, owners and symlinks that lead anywhere',
		[
			tarOf(
				[],
				{name: 'su', mode: '0004755', uid: '0001750'},
				{name: 'sda', typeflag: '4', devMajor: '0000010', devMinor: '0000000'},
				{name: 'pipe', typeflag: '6'},
				symlink('out', '../../../etc'),
			),
		],
		['su 4755 1000:0 empty', 'sda block 2048', 'pipe fifo', 'out -> ../../../etc'],
	],
	['takes a layer of nothing but the end of archive', [rawTar(), tarOf([['a', '1']])], ['a 1']],
	['takes a layer without its end of archive', [rawTar().subarray(0, 0)], []],
];
for (const [title, layers, tree] of trees)
	test(title, async () => assert.equal(listTree(await apply(layers)), tree));

const hostile: [title: string, layers: Buffer[], message: string][] = [
	['a whiteout of no name', [tarOf([['d/.wh.', '']])], '"d/.wh.": it is a whiteout of no name'],
	['a whiteout of "."', [tarOf([['d/.wh..', '']])], '"d/.wh..": it is a whiteout of no name'],
	['a whiteout of ".."', [tarOf([['d/.wh...', '']])], '"d/.wh...": it is a whiteout of no name'],
	['an entry below a whiteout', [tarOf([['.wh.d/f', '']])], '".wh.d/f": it lies below a whiteout'],
	[
		'a whiteout through a symlink',
		[tarOf([['usr/f', '']], symlink('s', 'usr')), tarOf([['s/.wh.f', '']])],
		'"s": a whiteout leads through a symlink',
	],
	[
		'an entry below a file',
		[
			tarOf([
				['f', 'x'],
				['f/g', 'y'],
			]),
		],
		'"f/g": its path leads through a file, "f"',
	],
	[
		'a file over a directory that has entries in the same layer',
		[
			tarOf([
				['d/f', 'x'],
				['d', 'y'],
			]),
		],
		'"d": it is a file, but the layer has entries below it',
	],
	[
		'a symlink over a directory that has entries in the same layer',
		[tarOf([], dir('d/')), tarOf([['d/f', 'x']], symlink('d', '/etc'))],
		'"d": it is a symlink, but the layer has entries below it',
	],
	[
		'a directory twice with other modes',
		[tarOf([], dir('d/'), dir('d/', {mode: '0000777'}))],
		'"d": it is in the layer twice',
	],
	['a root that is a file', [tarOf([['./.', 'x']])], '"": the root is a file'],
	['a hard link to a directory', [tarOf([], dir('d/'), hardlink('h', 'd'))], '"d", is a directory'],
	['a hard link to the root', [tarOf([], hardlink('h', '/'))], '"", is a directory'],
	['a hard link to itself', [tarOf([['f', 'x']]), tarOf([], hardlink('f', 'f'))], 'link to itself'],
	['a hard link to nothing', [tarOf([], hardlink('h', 'a/b'))], '"a/b", does not exist'],
	[
		'a hard link through a symlink',
		[tarOf([['usr/f', '']], symlink('s', 'usr'), hardlink('h', 's/f'))],
		'"s/f", leads through a symlink',
	],
	[
		'a whiteout in the way of overlayfs',
		[tarOf([], {name: 'w', typeflag: '3'})],
		'"w": it is a device 0:0, which overlayfs takes for a whiteout',
	],
	[
		'an xattr of overlayfs',
		[rawTar(...rawPax(record('SCHILY.xattr.trusted.overlay.opaque', 'y')), rawHeader(dir('d/')))],
		'"d": it has the xattr trusted.overlay.opaque, which only overlayfs itself may set',
	],
];
for (const [title, layers, message] of hostile)
	test(`refuses ${title}`, async () => {
		const found = await messageOf(apply(layers));
		assert.ok(found.startsWith('layer DIGEST: tar entry ') && found.includes(message), found);
	});

test('gives the root, and every inode, the attributes that its layers name', async () => {
	const pax = rawPax(record('mtime', '5.25') + record('SCHILY.xattr.security.selinux', 'l\0'));
	const root = await apply([rawTar(...pax, rawHeader(dir('./', {mode: '0000700'})))]);
	assert.equal(
		{...root, children: root.children.size, xattrs: [...(root.xattrs ?? [])]},
		{
			type: 'directory',
			mode: 0o700,
			uid: 0,
			gid: 0,
			mtimeSec: 5,
			mtimeNsec: 250_000_000,
			xattrs: [['security.selinux', Buffer.from('l\0')]],
			children: 0,
		},
	);
});

test('names contents as the store does, and keeps small ones in the tree', async () => {
	const [inline, object] = ['i'.repeat(64), 'o'.repeat(65)];
	const sink = new DigestSink('sha512', {keepUpTo: 65});
	const root = await apply(
		[
			tarOf([
				['inline', inline],
				['object', object],
				['empty', ''],
			]),
		],
		sink,
	);
	const digest = verityDigest(Buffer.from(object), 'sha512');
	assert.equal(listTree(root), [`inline ${inline}`, `object ${digest}`, 'empty empty']);
	assert.is(sink.kept(digest)?.toString(), object);
});

test('waits for a sink that stores later, and fails when it does', async () => {
	const releases: (() => void)[] = [];
	const late: ContentSink = {
		begin: () => ({
			write() {},
			end: () => new Promise((resolve) => releases.push(() => resolve({verityDigest: 'late'}))),
		}),
	};
	const applied = apply(
		[
			tarOf([
				['a', '1'],
				['b', '2'],
			]),
		],
		late,
	);
	while (releases.length < 2) await new Promise((resolve) => setImmediate(resolve));
	for (const release of releases.reverse()) release();
	assert.equal(listTree(await applied), ['a late', 'b late']);

	const broken: ContentSink = {
		begin: () => ({write() {}, end: () => Promise.reject(new DamagedInput('disk full'))}),
	};
	assert.is(await messageOf(apply([tarOf([['a', '1']])], broken)), 'layer DIGEST: disk full');
});

test('refuses a layer with wrong bytes, although its tar is sound', async () => {
	const tar = tarOf([['f', 'content']]);
	const blob = gzipSync(tar);
	const other = layerOf(tarOf([['f', 'c0ntent']]));
	const wrong = [
		{...layerOf(tar, blob), diffId: other.diffId},
		{...layerOf(tar), open: other.open},
		{...layerOf(tar), descriptor: undefined, open: other.open},
	];
	const messages = await Promise.all(
		wrong.map((layer) => messageOf(applyLayers(imageOf(layer), new DigestSink('sha256')))),
	);
	assert.equal(messages, [
		'layer DIGEST: uncompressed layer DIGEST has the digest DIGEST',
		'layer DIGEST has the digest DIGEST',
		'uncompressed layer DIGEST has the digest DIGEST',
	]);
});

test('stops at the size that is allowed, whatever a bomb claims', async () => {
	const tar = tarOf([['zeros', Buffer.alloc(64 << 20)]]);
	const bomb = gzipSync(tar, {level: 9});
	assert.ok(bomb.length < 100_000);
	let taken = 0;
	const sink: ContentSink = {
		begin: () => ({
			write: (chunk) => {
				taken += chunk.length;
			},
			end: () => ({}),
		}),
	};
	const image = imageOf(layerOf(tarOf([['a', 'x']])), layerOf(tar, bomb));
	const message = await messageOf(applyLayers(image, sink, {maxBytes: 8 << 20}));
	assert.is(message, 'layer DIGEST makes the image larger than what is allowed or free');
	assert.ok(taken <= 8 << 20, `${taken}`);
});

test('counts the entries of all layers together', async () => {
	const tars = [
		tarOf([
			['a', ''],
			['b', ''],
		]),
		tarOf([
			['c', ''],
			['d', ''],
		]),
	];
	const allowance = {entries: 3, extensionBytes: 0};
	const message = await messageOf(apply(tars, undefined, {allowance}));
	assert.match(message, /^layer DIGEST: tar entry "[bd]": there are too many entries/);
});

test('gives the first failure, and lets go of all layers', async () => {
	let open = 0;
	const never: ImageLayer = {
		...layerOf(tarOf([['a', 'x']])),
		async *open() {
			open++;
			try {
				for (;;) {
					yield Buffer.alloc(512);
					await new Promise((resolve) => setImmediate(resolve));
				}
			} finally {
				open--;
			}
		},
	};
	const endless = {...never, descriptor: undefined};
	const bad = layerOf(tarOf([['../x', '']]));
	const message = await messageOf(
		applyLayers(imageOf(endless, bad, bad), new DigestSink('sha256')),
	);
	assert.is(message, 'layer DIGEST: tar entry "../x": a path has ".." in it (at byte 0)');
	assert.is(open, 0);
});

test('stops when it is told to', async () => {
	const stop = new AbortController();
	stop.abort(new Error('enough'));
	await apply([tarOf([['a', 'x']])], undefined, {signal: stop.signal}).then(
		() => assert.unreachable('went on'),
		(error) => assert.is(error.message, 'enough'),
	);
});

test('reports what came in, in bytes as transferred', async () => {
	const events: ProgressEvent[] = [];
	const tar = tarOf([['a', 'x'.repeat(5000)]]);
	await apply([tar, tar], undefined, {progress: (event) => events.push(event)});
	const total = 2 * tar.length;
	assert.equal(events.at(0), {
		type: 'step',
		step: 'layers',
		title: 'Reading the image',
		total,
		unit: 'bytes',
	});
	assert.equal(events.at(-2), {type: 'advance', step: 'layers', done: total});
	assert.equal(events.at(-1), {type: 'done', step: 'layers'});
});

test('gives the same tree as its layers one by one, for many layers', async () => {
	const tars = Array.from({length: 12}, (_, index) =>
		tarOf([
			[`own/${index}`, `${index}`],
			['shared', `${index}`],
			[`own/.wh.${index - 3}`, ''],
		]),
	);
	const tree = listTree(await apply(tars));
	assert.equal(tree, ['own /', 'own/9 9', 'own/10 10', 'own/11 11', 'shared 11']);
});

test.run();
