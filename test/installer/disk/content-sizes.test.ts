import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {emptyDirectory} from '../../../engine/tree/empty-directory.ts';
import type {Metadata} from '../../../engine/tree/tree.ts';
import type {FileSource, SystemContent} from '../../../installer/content.ts';
import {contentSizes, surelyEnough} from '../../../installer/disk/content-sizes.ts';
import {minimumDiskSize} from '../../../installer/disk/layout.ts';

const test = suite('sizes of content');

const metadata: Metadata = {
	mode: 0o755,
	uid: 0,
	gid: 0,
	mtimeSec: 0,
	mtimeNsec: 0,
	xattrs: undefined,
};
const source = (size: number): FileSource => ({kind: 'bytes', bytes: Buffer.alloc(size)});
const sizeOf = (given: FileSource) => (given.kind === 'bytes' ? given.bytes.length : 0);

const content: SystemContent = {
	algorithm: 'sha256',
	image: {bytes: Buffer.alloc(4097), verityDigest: 'aa', tree: emptyDirectory()},
	objects: new Map(),
	state: [],
	bootFiles: [],
	bootEntries: [],
};
const folders = 272;

test('are whole blocks of image and folders when there is nothing else', () => {
	assert.equal(contentSizes(content, sizeOf), {
		rootBytes: (2 + folders) * 4096,
		rootInodes: 1 + folders,
		bootBytes: 0,
		loaderBytes: 0,
		varBytes: 0,
	});
});

test('count fs-verity with each object', () => {
	const objects = new Map([
		['aa', {size: 100, source: source(100), merkleTree: undefined}],
		['bb', {size: 4097, source: source(4097), merkleTree: Buffer.alloc(4096)}],
	]);
	const {rootBytes, rootInodes} = contentSizes({...content, objects}, sizeOf);
	assert.is(rootBytes / 4096, 2 + folders + (1 + 1) + (2 + 1 + 1));
	assert.is(rootInodes, 1 + folders + 2);
});

test('count state by what it is, and the boot partition by its files', () => {
	const file = {
		...metadata,
		type: 'file' as const,
		size: 5000,
		inline: undefined,
		verityDigest: undefined,
	};
	const sizes = contentSizes(
		{
			...content,
			state: [
				{
					path: 'state',
					inode: {...metadata, type: 'directory', children: new Map()},
					source: undefined,
				},
				{path: 'state/file', inode: file, source: source(5000)},
				{path: 'state/os/default/var/file', inode: file, source: source(5000)},
			],
			bootFiles: [
				{path: 'EFI/linux', source: source(8192)},
				{path: 'EFI/systemd/systemd-bootx64.efi', source: source(4096)},
			],
			bootEntries: [{path: 'loader/entries/a.conf', source: source(1)}],
		},
		sizeOf,
	);
	assert.equal(sizes, {
		rootBytes: (2 + folders + 1 + 2 + 2) * 4096,
		rootInodes: 1 + folders + 3,
		bootBytes: 4 * 4096,
		loaderBytes: 4096,
		varBytes: 2 * 4096,
	});
});

test('are surely below what is taken for enough before anything was read', () => {
	for (const [count, size] of [
		[1, 0],
		[50_000, 100],
		[2000, 1_000_000],
	] as const) {
		const merkleTree = Buffer.alloc(Math.ceil(size / 4096 / 127) * 4096);
		const objects = new Map(
			Array.from({length: count}, (_, n) => [String(n), {size, source: source(0), merkleTree}]),
		);
		const file = {...metadata, type: 'file' as const, inline: undefined, verityDigest: undefined};
		const state = Array.from({length: count}, () => ({
			path: 'state/file',
			inode: {...file, size},
			source: undefined,
		}));
		const bootFiles = [{path: 'linux', source: source(0)}];
		const sizes = contentSizes({...content, objects, state, bootFiles}, () => count * size);
		const needed = minimumDiskSize({
			sizes,
			settings: {rootFileSystem: 'ext4', espSize: undefined},
			sectorSize: 4096,
		});
		const files = Array.from({length: count}, () => ({inode: {size}}));
		assert.ok(surelyEnough(files) >= needed, `${count} files of ${size} bytes`);
	}
});

test.run();
