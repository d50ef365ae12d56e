import {hash} from 'node:crypto';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseDump} from '../../../engine/erofs/dump-parser.ts';
import {verityDigest} from '../../../engine/erofs/fs-verity.ts';
import {writeImage} from '../../../engine/erofs/writer.ts';
import {Refused} from '../../../engine/errors.ts';
import type {Directory, Inode, Metadata} from '../../../engine/tree/tree.ts';
import {listInodes} from './list-inodes.ts';
import {readLayouts, readVector, readVectors} from './vectors.ts';

const test = suite('image writer');

for (const {name, dump, images} of readVectors()) {
	for (const {options, ...expected} of images) {
		test(`${name}: makes the image of ${options.flavour}, version ${options.version}`, () => {
			const image = writeImage(parseDump(dump), options);
			const algorithm = expected.verityDigest.length === 64 ? 'sha256' : 'sha512';
			assert.equal(
				{
					size: image.length,
					sha256: hash('sha256', image, 'hex'),
					verityDigest: verityDigest(image, algorithm),
				},
				expected,
			);
		});
	}
}

const versions = {default: 'auto', v0: 0} as const;
for (const [name, layouts] of Object.entries(readLayouts())) {
	for (const [variant, version] of Object.entries(versions)) {
		const rows = layouts[variant];
		if (rows === undefined) continue;
		test(`${name}: places every inode where the layout table of ${variant} has it`, () => {
			const image = writeImage(parseDump(readVector(name)), {flavour: 'c', version});
			const listed = new Set(rows.map(([path]) => path));
			assert.equal(
				listInodes(image).filter(([path]) => listed.has(path)),
				rows,
			);
		});
	}
}

const metadata: Metadata = {
	mode: 0o755,
	uid: 0,
	gid: 0,
	mtimeSec: 1,
	mtimeNsec: 0,
	xattrs: undefined,
};

function rootWith(children: Record<string, Inode>, changed: Partial<Metadata> = {}): Directory {
	return {
		type: 'directory',
		...metadata,
		...changed,
		children: new Map(Object.entries(children)),
	};
}

function fileWith(changed: Partial<Metadata>): Inode {
	return {
		type: 'file',
		...metadata,
		size: 0,
		inline: undefined,
		verityDigest: undefined,
		...changed,
	};
}

test('counts the names of a hard link that nothing was recorded of', () => {
	const file = fileWith({});
	const dump = (target: string, link: string) =>
		`/ 0 40755 2 0 0 0 1.0 - - -\n${target} 0 100755 2 0 0 0 1.0 - - -\n${link} 0 @100755 - - - - 0.0 ${target} - -\n`;
	for (const flavour of ['c', 'rs'] as const)
		assert.equal(
			writeImage(rootWith({b: file, a: file}), {flavour, version: 1}),
			writeImage(parseDump(Buffer.from(dump('/a', '/b'))), {flavour, version: 1}),
		);
});

test('takes the order of names from their bytes, not from the tree', () => {
	const names = ['\xff', 'z', 'Z', '-', '.x', 'ab', 'a'];
	const images = [names, names.toReversed()].map((order) =>
		writeImage(rootWith(Object.fromEntries(order.map((name) => [name, fileWith({})]))), {
			flavour: 'c',
			version: 0,
		}),
	);
	assert.equal(images[0], images[1]);
});

test('writes a directory of depth 20,000', () => {
	let root = rootWith({});
	for (let depth = 0; depth < 20_000; depth++) root = rootWith({d: root});
	assert.is(writeImage(root, {flavour: 'rs', version: 1}).readUInt32LE(1040), 20_257);
});

const unfit: [string, Directory, RegExp][] = [
	['a name of 256 bytes', rootWith({['n'.repeat(256)]: fileWith({})}), /a name of 256 bytes/],
	['a name with a slash', rootWith({'a/b': fileWith({})}), /not a name for a file: "a\/b"/],
	['the name ..', rootWith({'..': fileWith({})}), /not a name for a file: "\.\."/],
	[
		'a link target of 4096 bytes',
		rootWith({l: {type: 'symlink', ...metadata, target: 't'.repeat(4096)}}),
		/a link target of 4096 bytes, of l/,
	],
	[
		'an xattr of 65,536 bytes',
		rootWith({f: fileWith({xattrs: new Map([['user.a', Buffer.alloc(65_536)]])})}),
		/an extended attribute of 65536 bytes, of f/,
	],
	[
		'an xattr whose name has 256 bytes behind the prefix',
		rootWith({f: fileWith({xattrs: new Map([[`user.${'k'.repeat(256)}`, Buffer.alloc(0)]])})}),
		/an extended attribute's name of 261 bytes, of f/,
	],
	[
		'262,152 bytes of xattrs',
		rootWith({
			f: fileWith({
				xattrs: new Map(
					['a', 'b', 'c', 'd', 'e'].map((key) => [`user.${key}`, Buffer.alloc(60_000, key)]),
				),
			}),
		}),
		/300052 bytes of extended attributes, of f/,
	],
];
for (const [what, root, message] of unfit) {
	test(`refuses ${what}`, () => {
		assert.throws(
			() => writeImage(root, {flavour: 'rs', version: 1}),
			(error: unknown) =>
				error instanceof Refused && error.code === 'image-limit' && message.test(error.message),
		);
	});
}

test.run();
