import {hash} from 'node:crypto';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {formatDump} from '../../../engine/erofs/dump-formatter.ts';
import {parseDump} from '../../../engine/erofs/dump-parser.ts';
import {readImage} from '../../../engine/erofs/reader.ts';
import {writeImage} from '../../../engine/erofs/writer.ts';
import {DamagedInput} from '../../../engine/errors.ts';
import type {Directory} from '../../../engine/tree/tree.ts';
import {makeOldImage} from './old-image.ts';
import {readVector, readVectors} from './vectors.ts';

const test = suite('image reader');

function dumpOf(root: Directory): string {
	return [...formatDump(root)].join('');
}

for (const {name, dump, images} of readVectors()) {
	for (const {options} of images) {
		test(`${name}: gives back what ${options.flavour}, version ${options.version} was made from`, () => {
			const image = writeImage(parseDump(dump), options);
			const {root, version} = readImage(image);
			assert.is(version, image.readUInt32LE(12));
			assert.ok(writeImage(root, {...options, version: version === 2 ? 1 : version}).equals(image));
		});
	}
	// 13 has a whiteout that composefs-rs takes for a stub, and an xattr that mkcomposefs replaces.
	if (name.startsWith('13')) continue;
	test(`${name}: gives back all that the dump has`, () => {
		const tree = parseDump(dump);
		const {root} = readImage(writeImage(tree, {flavour: 'c', version: 'auto'}));
		assert.is(dumpOf(root), dumpOf(tree));
	});
}

test('reads the older layout of composefs-rs', () => {
	const image = makeOldImage();
	// As recorded of composefs-rs for this tree.
	assert.is(
		hash('sha256', image, 'hex'),
		'65e6061ba509357a429152c9bb9c1f023388e0125c0aae005103733f7ada356e',
	);
	const {root, version} = readImage(image);
	assert.is(version, 2);
	// That layout has no nanoseconds.
	assert.is(
		dumpOf(root),
		dumpOf(parseDump(readVector('02-single-file'))).replaceAll(/\.(123456789|5) /g, '.0 '),
	);
});

const original = writeImage(parseDump(readVector('02-single-file')), {flavour: 'c', version: 0});
const rootInode = 1152;
const rootBlock = 3 * 4096;
const file = 257 * 32;

type Damage = (image: Buffer) => Buffer;
const damaged: [string, Damage, RegExp, number][] = [
	['nothing', () => Buffer.alloc(0), /the superblock .* goes beyond the end/, 0],
	['half a superblock', (image) => image.subarray(0, 1100), /goes beyond the end/, 0],
	['another file', () => Buffer.alloc(8192, 'x'), /magic number is 0x78787878/, 0],
	[
		'a header version from the future',
		(image) => put32(image, 4, 2),
		/unknown header version 2/,
		4,
	],
	['unknown flags', (image) => put32(image, 8, 3), /unknown flags 0x3/, 8],
	['version 3', (image) => put32(image, 12, 3), /unknown composefs version 3/, 12],
	['another superblock', (image) => put32(image, 1024, 1), /magic number is 1, not/, 1024],
	['blocks of 8192 bytes', (image) => put8(image, 1036, 13), /block bits is 13, not 12/, 1036],
	['extra slots', (image) => put8(image, 1037, 1), /number of extra slots is 1/, 1037],
	['an end cut off', (image) => image.subarray(0, 12_288), /length is 16384, not 12288/, 1060],
	['metadata elsewhere', (image) => put32(image, 1064, 1), /metadata block is 1/, 1064],
	['compression', (image) => put32(image, 1104, 1), /unknown features 0x1/, 1104],
	['too many inodes', (image) => put32(image, 1040, 259), /258 inodes where 259 should be/, 1040],
	[
		'a build time of a billion ns',
		(image) => put32(image, 1056, 1e9),
		/impossible build time/,
		1048,
	],
	[
		'a root beyond the end',
		(image) => put16(image, 1038, 0xffff),
		/goes beyond the end/,
		2_097_120,
	],
	[
		'a root that is a file',
		(image) => put16(image, rootInode + 4, 0o100644),
		/the root is not a directory/,
		rootInode,
	],
	[
		'a root without opaque',
		(image) => put8(image, 1152 + 32 + 12 + 4, 0x2f),
		/a root without trusted.overlay.opaque/,
		rootInode,
	],
	[
		'an inode of no type',
		(image) => put16(image, file + 4, 0o644),
		/mode 644 has no type/,
		file + 4,
	],
	[
		'a negative size',
		(image) => put32(image, file + 12, 0x80000000),
		/an impossible size/,
		file + 8,
	],
	[
		'xattrs longer than the image',
		(image) => put16(image, file + 2, 0xffff),
		/an inode of .* goes beyond the end/,
		file + 32,
	],
	[
		'an unknown data layout',
		(image) => put16(image, rootInode, 6 << 1),
		/unknown data layout 6/,
		rootInode,
	],
	[
		'a directory that is a file in chunks',
		(image) => put16(image, rootInode, 4 << 1),
		/unknown data layout 4/,
		rootInode,
	],
	[
		'an entry of another type than its inode',
		(image) => put16(image, file + 4, 0o120777),
		/a directory entry of type file/,
		-1,
	],
	[
		'contents beyond the end',
		(image) => put32(image, rootInode + 16, 4),
		/the content of an inode .* goes beyond the end/,
		16_384,
	],
	['a directory that is its own content', (image) => put32(image, rootInode + 16, 0), /./, -1],
	[
		'no entries',
		(image) => put16(image, rootBlock + 8, 0),
		/impossible number of directory entries/,
		rootBlock + 8,
	],
	[
		'part of an entry',
		(image) => put16(image, rootBlock + 8, 13),
		/impossible number of directory entries/,
		rootBlock + 8,
	],
	[
		'entries of nothing',
		(image) => put8(image, rootBlock + 10, 0),
		/a directory entry of no type/,
		rootBlock + 10,
	],
	[
		'a name among the entries',
		(image) => put16(image, rootBlock + 20, 100),
		/name of a directory entry is elsewhere/,
		-1,
	],
	[
		'a . that leads elsewhere',
		(image) => put32(image, rootBlock, 38),
		/\. leads elsewhere/,
		rootBlock,
	],
	[
		'names out of order',
		(image) => put8(image, rootBlock + 12 * 259, 0x7f),
		/names of a directory out of order/,
		-1,
	],
	[
		'chunks that are not holes',
		(image) => put32(image, file + 64 + 156, 0),
		/a file in chunks that are not holes/,
		file + 220,
	],
	[
		'chunks of an unknown format',
		(image) => put32(image, file + 16, 100),
		/chunks of an unknown format/,
		file + 16,
	],
	[
		'an xattr prefix from the future',
		(image) => put8(image, file + 64 + 13, 9),
		/xattr prefix 9/,
		file + 77,
	],
	[
		'an xattr without its room',
		(image) => put16(image, file + 64 + 14, 500),
		/an xattr longer than its room/,
		file + 76,
	],
	[
		'shared xattrs without their room',
		(image) => put8(image, file + 64 + 4, 255),
		/255 shared xattrs where there is no room/,
		file + 68,
	],
	[
		'a metacopy without a digest',
		(image) => put8(image, file + 64 + 12 + 4 + 16 + 3, 2),
		/trusted.overlay.metacopy holds no digest/,
		file,
	],
	[
		'a file without a metacopy',
		(image) => put8(image, file + 64 + 12 + 4 + 8, 0x21),
		/a file without trusted.overlay.metacopy/,
		file,
	],
	[
		'a redirect that is not absolute',
		(image) => put8(image, file + 64 + 12 + 56 + 20, 0x2e),
		/redirect is not an absolute path/,
		file,
	],
	[
		'inodes out of order',
		(image) => put32(image, file + 20, 219),
		/inode 220 is not where it should be/,
		1040,
	],
];
function put8(image: Buffer, offset: number, value: number): Buffer {
	image.writeUInt8(value, offset);
	return image;
}
function put16(image: Buffer, offset: number, value: number): Buffer {
	image.writeUInt16LE(value, offset);
	return image;
}
function put32(image: Buffer, offset: number, value: number): Buffer {
	image.writeUInt32LE(value, offset);
	return image;
}
for (const [what, damage, message, offset] of damaged) {
	test(`refuses ${what}`, () => {
		try {
			readImage(damage(Buffer.from(original)));
		} catch (error) {
			assert.instance(error, DamagedInput);
			assert.match(String(error), message);
			if (offset >= 0) assert.is((error as DamagedInput).offset, offset);
			return;
		}
		assert.unreachable('was read');
	});
}

function throwsDamage(image: Buffer, message: RegExp): void {
	assert.throws(
		() => readImage(image),
		(error: unknown) => error instanceof DamagedInput && message.test(error.message),
	);
}

test('does not follow directories in a ring', () => {
	const dump = ['/ 0', '/d 0', '/d/e 0'].map((line) => `${line} 40755 2 0 0 0 1.0\n`).join('');
	const image = writeImage(parseDump(Buffer.from(dump)), {flavour: 'rs', version: 1});
	const names = image.indexOf('...e');
	const entryOfE = names - 12;
	const d = image.readUInt32LE(names - 36);
	for (const nid of [d, 36]) throwsDamage(put32(Buffer.from(image), entryOfE, nid), /second name/);
});

test('refuses files whose contents are the same bytes of the image', () => {
	const lines = Array.from({length: 300}, (_, i) => `/f${i} 0 100644 1 0 0 0 1.0\n`).join('');
	const image = writeImage(parseDump(Buffer.from(`/ 0 40755 2 0 0 0 1.0\n${lines}`)), {
		flavour: 'rs',
		version: 1,
	});
	for (let at = rootInode; at < image.length - 32; at += 32)
		if (image.readUInt16LE(at + 4) === 0o100644) put32(image, at + 8, 4096);
	throwsDamage(image, /overlaps another part/);
});

test.run();
