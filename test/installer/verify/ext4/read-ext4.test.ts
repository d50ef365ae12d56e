import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput, EngineError, Refused} from '../../../../engine/errors.ts';
import {crc32c} from '../../../../installer/disk/crc32c.ts';
import {extentTree} from '../../../../installer/sink/ext4-extents.ts';
import {deviceBody} from '../../../../installer/sink/ext4-inode.ts';
import {type Ext4Contents, readExt4} from '../../../../installer/verify/ext4/read-ext4.ts';
import {storedContent} from '../../../../installer/verify/stored-content.ts';
import {fuzzRounds, seededRandom} from '../../../seeded.ts';
import {thrown} from '../../sink/thrown.ts';
import {memoryMedium} from '../memory-medium.ts';
import {
	blockCount,
	blockSize,
	folder,
	inode,
	plain,
	sealFolder,
	seedOf,
	type TinyExt4,
	tinyExt4,
} from './tiny-ext4.ts';

const test = suite('an ext4 that is read');

function read(image: TinyExt4): Ext4Contents {
	const bytes = tinyExt4(image);
	return readExt4(memoryMedium(bytes), {offset: 0, length: bytes.length}, 'root');
}

/** A root with a file, a folder in it and in that the file again, a link and a device. */
function sample(): TinyExt4 {
	const image: TinyExt4 = {inodes: new Map(), blocks: new Map()};
	folder(image, 2, 4, [
		{name: 'file', inode: 12, type: 'file'},
		{name: 'below', inode: 13, type: 'directory'},
	]);
	folder(image, 13, 5, [
		{name: 'again', inode: 12, type: 'file'},
		{name: 'link', inode: 14, type: 'symlink'},
		{name: 'null', inode: 15, type: 'character'},
	]);
	const {body} = extentTree([{logical: 0, start: 10, count: 2}], []);
	const metadata = {...plain, mode: 0o4640, uid: 70_000, gid: 4_000_000_000, mtimeNsec: 7};
	image.inodes.set(12, inode({size: 5000, links: 2, blocks: 2, body, metadata}));
	const target = Buffer.alloc(60);
	target.write('../else where');
	image.inodes.set(14, inode({type: 'symlink', size: 13, flags: 0, body: target}));
	image.inodes.set(15, inode({type: 'character', flags: 0, body: deviceBody(0x103)}));
	return image;
}

/** Changes an inode of the sample. */
function withInode(number: number, change: (bytes: Buffer) => void): TinyExt4 {
	const image = sample();
	change(image.inodes.get(number) ?? Buffer.alloc(0));
	return image;
}

const damageOf = (image: TinyExt4): string => thrown(DamagedInput, () => read(image)).message;

test('has all names, each with its inode', () => {
	const contents = read(sample());
	assert.equal(
		[...contents.nodes].map(([path, {number, type}]) => [path, number, type]),
		[
			['', 2, 'directory'],
			['file', 12, 'file'],
			['below', 13, 'directory'],
			['below/again', 12, 'file'],
			['below/link', 14, 'symlink'],
			['below/null', 15, 'character'],
		],
	);
	const file = contents.nodes.get('file');
	assert.equal(file, {
		number: 12,
		type: 'file',
		metadata: {...plain, mode: 0o4640, uid: 70_000, gid: 4_000_000_000, mtimeNsec: 7},
		size: 5000,
		hasVerity: false,
		extents: [{logical: 0, start: 10, count: 2}],
		rdev: 0,
		target: '',
	});
	assert.equal(file && storedContent(contents, file), {
		content: [{offset: 10 * blockSize, length: 5000}],
		tail: undefined,
	});
	assert.is(contents.nodes.get('below/link')?.target, '../else where');
	assert.is(contents.nodes.get('below/null')?.rdev, 0x103);
	assert.equal(
		[contents.lostInodes, contents.size, contents.uuid],
		[[], blockCount * blockSize, '00010203-0405-0607-0809-0a0b0c0d0e0f'],
	);
});

test('names inodes that are in no folder', () => {
	const image = sample();
	image.inodes.set(16, inode({}));
	assert.equal(read(image).lostInodes, [16]);
});

test('has extended attributes, and access lists as programs see them', () => {
	const acl = Buffer.from('01000000' + '01000600' + '020006002a000000' + '04000400', 'hex');
	const image = withInode(12, (bytes) => {
		bytes.writeUInt32LE(0xea02_0000, 160);
		const area = bytes.subarray(164);
		putXattr(area, 0, {prefix: 1, name: 'key', value: Buffer.from('value'), at: 80});
		putXattr(area, 20, {prefix: 2, name: '', value: acl, at: 56});
	});
	const xattrs = read(image).nodes.get('file')?.metadata.xattrs;
	assert.equal(
		[...(xattrs ?? [])].map(([key, value]) => [key, value.toString('hex')]),
		[
			['user.key', Buffer.from('value').toString('hex')],
			[
				'system.posix_acl_access',
				`02000000${'01000600ffffffff'}${'020006002a000000'}${'04000400ffffffff'}`,
			],
		],
	);
});

function putXattr(
	area: Buffer,
	entry: number,
	{prefix, name, value, at}: {prefix: number; name: string; value: Buffer; at: number},
): void {
	area.set([name.length, prefix], entry);
	area.writeUInt16LE(at, entry + 2);
	area.writeUInt32LE(value.length, entry + 8);
	area.write(name, entry + 16, 'latin1');
	value.copy(area, at);
}

for (const [what, change] of [
	['a value beyond its end', {prefix: 1, name: 'a', value: Buffer.alloc(4), at: 200}],
	['a prefix of nobody', {prefix: 99, name: 'a', value: Buffer.alloc(4), at: 40}],
	['an access list of no version', {prefix: 2, name: '', value: Buffer.alloc(8), at: 40}],
	[
		'an access list that is cut off',
		{prefix: 2, name: '', value: Buffer.from('0100000002000600', 'hex'), at: 40},
	],
] as const)
	test(`is damaged with ${what}`, () => {
		const image = withInode(12, (bytes) => {
			bytes.writeUInt32LE(0xea02_0000, 160);
			const area = Buffer.alloc(300);
			putXattr(area, 0, change);
			area.copy(bytes, 164);
		});
		assert.match(damageOf(image), /an extended attribute is damaged$/);
	});

const bodyOf = (bytes: Buffer): Buffer => bytes.subarray(40, 100);

const extents: readonly (readonly [what: string, change: (body: Buffer) => void, RegExp])[] = [
	['blocks of a folder', (body) => body.writeUInt32LE(4, 20), /is at 4, where something else is$/],
	['blocks beyond the end', (body) => body.writeUInt32LE(63, 20), /where nothing can be$/],
	['blocks beyond every end', (body) => body.writeUInt16LE(0xffff, 18), /where nothing can be$/],
	['the first block', (body) => body.writeUInt32LE(0, 20), /is at 0, where nothing can be$/],
	['no blocks in an extent', (body) => body.writeUInt16LE(0, 16), /extents out of order$/],
	['blocks that were never written', (body) => body.writeUInt16LE(0x8002, 16), /never written$/],
	['more extents than fit', (body) => body.writeUInt16LE(9, 2), /a damaged tree of extents$/],
	[
		'room for more than there is',
		(body) => body.writeUInt16LE(90, 4),
		/a damaged tree of extents$/,
	],
	['another magic', (body) => body.writeUInt16LE(1, 0), /a damaged tree of extents$/],
	['a tree too deep', (body) => body.writeUInt16LE(6, 6), /a damaged tree of extents$/],
	[
		'extents twice at one place',
		(body) => {
			body.writeUInt16LE(2, 2);
			body.copy(body, 24, 12, 24);
			body.writeUInt32LE(20, 32);
		},
		/extents out of order$/,
	],
];
for (const [what, change, message] of extents)
	test(`is damaged with a file of ${what}`, () => {
		assert.match(damageOf(withInode(12, (bytes) => change(bodyOf(bytes)))), message);
	});

/** A file whose extents are in a block, which points to one below it. */
function withExtentBlocks(depth: number, below: number): TinyExt4 {
	const image = withInode(12, (bytes) => {
		const body = bodyOf(bytes);
		body.writeUInt16LE(depth, 6);
		body.writeUInt32LE(20, 16);
		body.writeUInt32LE(0, 20);
	});
	const node = Buffer.alloc(blockSize);
	node.writeUInt16LE(0xf30a, 0);
	node.writeUInt16LE(1, 2);
	node.writeUInt16LE(340, 4);
	node.writeUInt16LE(depth - 1, 6);
	node.writeUInt32LE(below, depth === 1 ? 20 : 16);
	if (depth === 1) node.writeUInt16LE(2, 16);
	node.writeUInt32LE(crc32c(node.subarray(0, 12 + 340 * 12), seedOf(12)), 12 + 340 * 12);
	image.blocks.set(20, node);
	return image;
}

test('has files whose extents are in blocks of their own', () => {
	assert.equal(read(withExtentBlocks(1, 10)).nodes.get('file')?.extents, [
		{logical: 0, start: 10, count: 2},
	]);
});

test('is damaged with a tree of extents that leads to itself', () => {
	assert.match(damageOf(withExtentBlocks(2, 20)), /is at 20, where something else is$/);
});

test('is damaged with a block of extents that has a wrong checksum', () => {
	const image = withExtentBlocks(1, 10);
	image.blocks.get(20)?.writeUInt8(11, 20);
	assert.match(damageOf(image), /a tree of extents with a wrong checksum$/);
});

const rootBlock = (change: (block: Buffer) => void): TinyExt4 => {
	const image = sample();
	const block = image.blocks.get(4) ?? Buffer.alloc(0);
	change(block);
	sealFolder(2, block);
	return image;
};
/** Of the first name, behind `.` and `..`. */
const firstEntry = 24;

for (const [what, change, message] of [
	[
		'an entry of no size',
		(block: Buffer) => block.writeUInt16LE(0, firstEntry + 4),
		/no proper size$/,
	],
	[
		'an entry of an odd size',
		(block: Buffer) => block.writeUInt16LE(13, firstEntry + 4),
		/no proper size$/,
	],
	[
		'an entry beyond its end',
		(block: Buffer) => block.writeUInt16LE(8000, firstEntry + 4),
		/no proper size$/,
	],
	[
		'a name longer than its entry',
		(block: Buffer) => block.writeUInt8(200, firstEntry + 6),
		/no proper size$/,
	],
	[
		'a name with a slash',
		(block: Buffer) => block.write('../x', firstEntry + 8),
		/an impossible name$/,
	],
	[
		'a name of nothing',
		(block: Buffer) => block.writeUInt8(0, firstEntry + 6),
		/an impossible name$/,
	],
	[
		'an inode that is not there',
		(block: Buffer) => block.writeUInt32LE(17, firstEntry),
		/inode 17 is not there$/,
	],
	[
		'an inode not in use',
		(block: Buffer) => block.writeUInt32LE(16, firstEntry),
		/inode 16 is (wrong|not in use)$/,
	],
	[
		'itself in it',
		(block: Buffer) => block.writeUInt32LE(2, firstEntry),
		/"file" is a second name of a folder$/,
	],
	[
		'another type',
		(block: Buffer) => block.writeUInt8(2, firstEntry + 7),
		/not of the type that its folder says$/,
	],
] as const)
	test(`is damaged with a folder that has ${what}`, () => {
		assert.match(damageOf(rootBlock(change)), message);
	});

test('is damaged with one name twice', () => {
	const image = sample();
	folder(image, 2, 4, [
		{name: 'file', inode: 12, type: 'file'},
		{name: 'file', inode: 14, type: 'symlink'},
	]);
	assert.match(damageOf(image), /"file" is there twice$/);
});

test('is damaged with a wrong checksum of a folder, or none', () => {
	const image = sample();
	image.blocks.get(4)?.writeUInt8(1, 3000);
	assert.match(damageOf(image), /the checksum of a folder is wrong$/);
	image.blocks.get(4)?.writeUInt8(0, 4096 - 5);
	assert.match(damageOf(image), /a folder has no checksum$/);
});

for (const [what, change, type, message] of [
	[
		'a journal to replay',
		(bytes: Buffer) => bytes.writeUInt32LE(0x2c6, 96),
		Refused,
		/was not closed$/,
	],
	['files to delete', (bytes: Buffer) => bytes.writeUInt32LE(12, 232), Refused, /was not closed$/],
	[
		'inline data',
		(bytes: Buffer) => bytes.writeUInt32LE(0x82c2, 96),
		Refused,
		/it has other features$/,
	],
	[
		'no checksums',
		(bytes: Buffer) => bytes.writeUInt32LE(0, 100),
		Refused,
		/it has other features$/,
	],
	[
		'smaller blocks',
		(bytes: Buffer) => bytes.writeUInt32LE(0, 24),
		Refused,
		/other sizes of blocks/,
	],
	[
		'an endless block size',
		(bytes: Buffer) => bytes.writeUInt32LE(0xffff_ffff, 24),
		Refused,
		/other sizes/,
	],
	[
		'no blocks in groups',
		(bytes: Buffer) => bytes.writeUInt32LE(0, 32),
		Refused,
		/other sizes of groups$/,
	],
	[
		'more blocks than room',
		(bytes: Buffer) => bytes.writeUInt32LE(65, 4),
		DamagedInput,
		/its partition 262144$/,
	],
	[
		'no inodes',
		(bytes: Buffer) => bytes.writeUInt32LE(0, 40),
		DamagedInput,
		/16 inodes in 1 groups$/,
	],
	['another magic', (bytes: Buffer) => bytes.writeUInt16LE(1, 56), DamagedInput, /it is no ext4$/],
] as const)
	test(`is not read with ${what}`, () => {
		const superblock = (bytes: Buffer) => {
			change(bytes);
		};
		const error = thrown<EngineError>(type, () => read({...sample(), superblock}));
		assert.match(error.message, message);
	});

test('is not read with a wrong checksum of its superblock', () => {
	const bytes = tinyExt4(sample());
	bytes[1024 + 300] = 1;
	const medium = memoryMedium(bytes);
	const error = thrown(DamagedInput, () =>
		readExt4(medium, {offset: 0, length: bytes.length}, 'root'),
	);
	assert.match(error.message, /the checksum of its superblock is wrong$/);
});

test('has files with holes, and with blocks behind their end, that are told', () => {
	const stored = (logical: number, size: number) => {
		const {body} = extentTree([{logical, start: 10, count: 2}], []);
		const image = sample();
		image.inodes.set(12, inode({size, links: 2, blocks: 2, body}));
		const contents = read(image);
		const node = contents.nodes.get('file');
		return node && storedContent(contents, node);
	};
	assert.is(stored(1, 9000), 'has holes');
	assert.is(stored(0, 9_000_000_000_000), 'has holes');
	assert.is(stored(0, 4096), 'has blocks behind its end');
	assert.is(stored(0, 0), 'has blocks behind its end');
});

test('is read, or damaged, whatever inodes and folders say', () => {
	const random = seededRandom(12);
	for (let round = fuzzRounds(400); round > 0; round--) {
		const image = sample();
		for (let edits = random.between(1, 6); edits > 0; edits--) {
			const [number, bytes] = random.pick([...image.inodes]);
			if (number === 2) sealedEdit(image, random.below(200), random.below(256));
			else bytes[random.pick([0, 4, 32, 40, 104, 128, 160]) + random.below(24)] = random.below(256);
		}
		try {
			const contents = read(image);
			for (const node of contents.nodes.values()) storedContent(contents, node);
		} catch (error) {
			assert.instance(error, EngineError);
		}
	}
});

function sealedEdit(image: TinyExt4, at: number, value: number): void {
	const block = image.blocks.get(4) ?? Buffer.alloc(0);
	block[at] = value;
	sealFolder(2, block);
}

test.run();
