import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {makeDeviceNumber} from '../../../engine/tree/device-number.ts';
import {deviceBody, encodeInode, timeExtra} from '../../../installer/sink/ext4-inode.ts';

const test = suite('inodes of ext4');

test('have every field at its place', () => {
	const bytes = encodeInode({
		type: 'file',
		metadata: {
			mode: 0o4755,
			uid: 0x12345678,
			gid: 0xfedcba98,
			mtimeSec: 0x100000005,
			mtimeNsec: 1,
			xattrs: undefined,
		},
		size: 0x300000004,
		links: 2,
		blocks: 2 ** 29 + 1,
		flags: 0x180000,
		body: Buffer.alloc(60, 0xaa),
	});
	const time = '05000000';
	const extra = '05000000';
	const body = 'aa'.repeat(60);
	assert.is(
		bytes.toString('hex'),
		`ed897856` + // mode, owner
			`04000000${time}${time}${time}00000000` + // size, times, no deletion
			`98ba0200` + // group, links
			`0800000000001800${'0'.repeat(8)}${body}` + // sectors, flags, version
			`${'0'.repeat(16)}03000000${'0'.repeat(8)}` + // generation, xattrs, size
			`010000003412dcfe${'0'.repeat(8)}` + // sectors, xattrs, owner, group, checksum
			`20000000${extra}${extra}${extra}${time}${extra}${'0'.repeat(208)}`,
	);
});

test('count no more than 65000 links', () => {
	const metadata = {mode: 0, uid: 0, gid: 0, mtimeSec: 0, mtimeNsec: 0, xattrs: undefined};
	const inode = {metadata, size: 0, blocks: 0, flags: 0, body: Buffer.alloc(60)};
	const linksOf = (links: number) =>
		encodeInode({...inode, type: 'directory', links}).readUInt16LE(26);
	assert.equal([2, 65_000, 65_001].map(linksOf), [2, 65_000, 1]);
});

for (const [mtimeSec, mtimeNsec, extra] of [
	[0, 0, 0],
	[0, 999_999_999, 3_999_999_996],
	[2 ** 31 - 1, 0, 0],
	[2 ** 31, 0, 1],
	[2 ** 32 + 2 ** 31, 1, 6],
	[-1, 5, 20],
	[-(2 ** 31), 0, 0],
] as const)
	test(`keep ${mtimeSec} s and ${mtimeNsec} ns`, () => {
		assert.is(timeExtra({mtimeSec, mtimeNsec}), extra);
	});

test('have small device numbers as they always were, and others in full', () => {
	const words = (major: number, minor: number) => {
		const body = deviceBody(makeDeviceNumber(major, minor));
		return [body.readUInt32LE(0), body.readUInt32LE(4), body.length];
	};
	assert.equal(words(1, 3), [0x103, 0, 60]);
	assert.equal(words(255, 255), [0xffff, 0, 60]);
	assert.equal(words(259, 70_000), [0, makeDeviceNumber(259, 70_000), 60]);
});

test.run();
