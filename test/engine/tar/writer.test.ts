import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {OperationFailed} from '../../../engine/errors.ts';
import {encodeHeader} from '../../../engine/tar/encode.ts';
import {type TarMember, writeTar} from '../../../engine/tar/writer.ts';
import type {Metadata} from '../../../engine/tree/tree.ts';
import {seededRandom} from '../../seeded.ts';
import {type ReadEntry, readAll} from './read-all.ts';

const test = suite('tar writer');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-tar-'));
test.after(() => rmSync(folder, {recursive: true}));

const plain: Metadata = {
	mode: 0o644,
	uid: 0,
	gid: 0,
	mtimeSec: 1_700_000_000,
	mtimeNsec: 0,
	xattrs: undefined,
};

function bytesFile(path: string, content: string, metadata: Partial<Metadata> = {}): TarMember {
	const bytes = Buffer.from(content, 'latin1');
	return {
		path,
		inode: {
			...plain,
			...metadata,
			type: 'file',
			size: bytes.length,
			inline: undefined,
			verityDigest: undefined,
		},
		source: {kind: 'bytes', bytes},
	};
}

const long = `${'d'.repeat(150)}/${'n'.repeat(120)}`;
const nonUtf8 = `${'d'.repeat(150)}/caf\xe9`;
const members: TarMember[] = [
	{
		path: '',
		inode: {...plain, type: 'directory', mode: 0o755, children: new Map()},
		source: undefined,
	},
	{
		path: 'tmp',
		inode: {...plain, type: 'directory', mode: 0o1777, mtimeNsec: 5, children: new Map()},
		source: undefined,
	},
	bytesFile('hello', 'hello\n', {mode: 0o4755, uid: 3_000_000, gid: 2_097_152}),
	bytesFile('empty', '', {mtimeSec: -2, mtimeNsec: 999_999_999}),
	bytesFile(long, 'x'.repeat(512)),
	bytesFile(nonUtf8, 'y', {
		xattrs: new Map([
			['user.b', Buffer.from([0, 10, 0xff])],
			['security.capability', Buffer.from('0100000200040080fffe000000000000', 'hex')],
			['user.empty', Buffer.alloc(0)],
		]),
	}),
	{path: 'link', inode: {...plain, type: 'hardlink', target: 'hello'}, source: undefined},
	{path: 'far', inode: {...plain, type: 'hardlink', target: long}, source: undefined},
	{path: 'sym', inode: {...plain, type: 'symlink', target: '../x\xff'}, source: undefined},
	{path: 'null', inode: {...plain, type: 'character', rdev: 0x103}, source: undefined},
	{path: 'disk', inode: {...plain, type: 'block', rdev: 0xffff_ffff}, source: undefined},
	{path: 'pipe', inode: {...plain, type: 'fifo'}, source: undefined},
];

async function written(list: readonly TarMember[]): Promise<Buffer[]> {
	return Array.fromAsync(writeTar(list));
}

function summary({path, type, mode, uid, gid, mtimeSec, mtimeNsec, ...rest}: ReadEntry) {
	const xattrs = [...(rest.xattrs ?? [])].map(([key, value]) => `${key}=${value.toString('hex')}`);
	const more = [rest.linkTarget, rest.rdev, rest.content?.toString('latin1'), ...xattrs];
	const shown = path.replace(/([dn])\1{90,}/g, '$1*');
	return [type, shown, mode.toString(8), uid, gid, `${mtimeSec}.${mtimeNsec}`, ...more].join(' ');
}

test('writes what the reader reads back, every field of every type', async () => {
	const entries = await readAll(await written(members));
	assert.equal(entries.map(summary), [
		'directory  755 0 0 1700000000.0  0 ',
		'directory tmp 1777 0 0 1700000000.5  0 ',
		'file hello 4755 3000000 2097152 1700000000.0  0 hello\n',
		'file empty 644 0 0 -2.999999999  0 ',
		`file d*/n* 644 0 0 1700000000.0  0 ${'x'.repeat(512)}`,
		'file d*/caf\xe9 644 0 0 1700000000.0  0 y ' +
			'security.capability=0100000200040080fffe000000000000 user.b=000aff user.empty=',
		'hardlink link 644 0 0 1700000000.0 hello 0 ',
		`hardlink far 644 0 0 1700000000.0 ${long} 0 `,
		'symlink sym 644 0 0 1700000000.0 ../x\xff 0 ',
		'character null 644 0 0 1700000000.0  259 ',
		'block disk 644 0 0 1700000000.0  4294967295 ',
		'fifo pipe 644 0 0 1700000000.0  0 ',
	]);
});

test('writes a header that is known byte for byte', () => {
	const file = {
		type: 'file',
		path: 'etc/hostname',
		size: 7,
		linkTarget: undefined,
		rdev: 0,
	} as const;
	const header = encodeHeader(file, plain).toString('latin1');
	const expected =
		`etc/hostname${'\0'.repeat(88)}0000644\x000000000\x000000000\x0000000000007\x0014524770400\0` +
		`011560\0 0${'\0'.repeat(100)}ustar\x0000${'\0'.repeat(64)}0000000\x000000000\0${'\0'.repeat(167)}`;
	assert.is(header, expected);
});

test('uses a PAX header for exactly what does not fit', () => {
	const pax = (type: 'file' | 'symlink', change: object, metadata: Partial<Metadata> = {}) => {
		const member = {path: 'f', size: 0, linkTarget: undefined, rdev: 0, ...change, type};
		const encoded = encodeHeader(member, {...plain, ...metadata});
		return encoded.length === 512 ? '' : encoded.toString('latin1', 512).split('\0', 1)[0];
	};
	assert.equal(
		[
			pax('file', {path: 'p'.repeat(100)}),
			pax('file', {path: 'p'.repeat(101)}),
			pax('symlink', {linkTarget: `${'t'.repeat(100)}\xff`}),
			pax('file', {size: 8_589_934_591}),
			pax('file', {size: 8_589_934_592}),
			pax('file', {}, {uid: 2_097_151, gid: 2_097_151}),
			pax('file', {}, {uid: 2_097_152}),
			pax('file', {}, {mtimeNsec: 120_000_000}),
			pax('file', {}, {mtimeSec: -1}),
			pax('file', {}, {mtimeSec: -1, mtimeNsec: 250_000_000}),
			// The record's length counts its own digits: 97 + 2 make 99, but 98 needs 3 more.
			pax('file', {}, {xattrs: new Map([['user.a', Buffer.from('v'.repeat(75))]])})?.length,
			pax('file', {}, {xattrs: new Map([['user.a', Buffer.from('v'.repeat(76))]])})?.length,
		],
		[
			'',
			`111 path=${'p'.repeat(101)}\n`,
			`21 hdrcharset=BINARY\n115 linkpath=${'t'.repeat(100)}\xff\n`,
			'',
			'19 size=8589934592\n',
			'',
			'15 uid=2097152\n',
			'23 mtime=1700000000.12\n',
			'12 mtime=-1\n',
			'15 mtime=-0.75\n',
			99,
			101,
		],
	);
});

test('reads files from paths, larger than its buffer, in pieces of 1 MiB', async () => {
	const content = Buffer.alloc(2_500_000, 'content ');
	const file = path.join(folder, 'large');
	writeFileSync(file, content);
	const inode = {...plain, type: 'file' as const, size: content.length, inline: undefined};
	const member: TarMember = {
		path: 'large',
		inode: {...inode, verityDigest: undefined},
		source: {kind: 'path', path: file},
	};
	const pieces = await written([member, bytesFile('after', 'z')]);
	assert.equal(
		pieces.map(({length}) => length),
		[1 << 20, 1 << 20, 405_504],
	);
	const [large, after] = await readAll(pieces);
	assert.ok(large?.content?.equals(content));
	assert.is(after?.content?.toString(), 'z');
});

test('says which content is not what its inode says', async () => {
	const file = path.join(folder, 'short');
	writeFileSync(file, 'abc');
	const inode = {
		...plain,
		type: 'file' as const,
		size: 4,
		inline: undefined,
		verityDigest: undefined,
	};
	for (const source of [
		{kind: 'path', path: file} as const,
		{kind: 'bytes', bytes: Buffer.from('abcde')} as const,
		undefined,
	])
		await written([{path: 'a/short', inode, source}]).then(
			() => assert.unreachable('was written'),
			(error) => {
				assert.instance(error, OperationFailed);
				assert.is(error.message, 'the content of "a/short" is not the 4 bytes it should be');
			},
		);
});

test('refuses sockets, which no tar can hold', async () => {
	await written([{path: 's', inode: {...plain, type: 'socket'}, source: undefined}]).then(
		() => assert.unreachable('was written'),
		(error) => assert.match(error.message, '"s" is a socket'),
	);
});

test('gives GNU tar times before the epoch', async () => {
	const before = bytesFile('before', '', {mtimeSec: -2, mtimeNsec: 999_999_999});
	const input = Buffer.concat(await written([before]));
	execFileSync('tar', ['--extract', '--file=-', '--no-same-owner'], {
		input,
		cwd: folder,
		stdio: ['pipe', 'ignore', 'ignore'],
	});
	assert.is(statSync(path.join(folder, 'before'), {bigint: true}).mtimeNs, -1_000_000_001n);
});

test('is understood by GNU tar', async () => {
	const listing = execFileSync(
		'tar',
		['--list', '--verbose', '--numeric-owner', '--full-time', '--quoting-style=c', '--file=-'],
		{
			input: Buffer.concat(await written(members)),
			encoding: 'latin1',
			env: {TZ: 'UTC', LC_ALL: 'C'},
		},
	);
	assert.equal(
		listing
			.replace(/([dn])\1{90,}/g, '$1*')
			.replace(/ +/g, ' ')
			.trim()
			.split('\n'),
		[
			'drwxr-xr-x 0/0 0 2023-11-14 22:13:20 "./"',
			'drwxrwxrwt 0/0 0 2023-11-14 22:13:20.000000005 "tmp/"',
			'-rwsr-xr-x 3000000/2097152 6 2023-11-14 22:13:20 "hello"',
			// GNU tar's listing counts the nanoseconds back from the second here.
			'-rw-r--r-- 0/0 0 1969-12-31 23:59:59.000000001 "empty"',
			'-rw-r--r-- 0/0 512 2023-11-14 22:13:20 "d*/n*"',
			'-rw-r--r-- 0/0 1 2023-11-14 22:13:20 "d*/caf\\351"',
			'hrw-r--r-- 0/0 0 2023-11-14 22:13:20 "link" link to "hello"',
			'hrw-r--r-- 0/0 0 2023-11-14 22:13:20 "far" link to "d*/n*"',
			'lrw-r--r-- 0/0 0 2023-11-14 22:13:20 "sym" -> "../x\\377"',
			'crw-r--r-- 0/0 1,3 2023-11-14 22:13:20 "null"',
			'brw-r--r-- 0/0 4095,1048575 2023-11-14 22:13:20 "disk"',
			'prw-r--r-- 0/0 0 2023-11-14 22:13:20 "pipe"',
		],
	);
});

test('survives a round trip of random members', async () => {
	const random = seededRandom(2);
	const list = Array.from({length: 300}, (_, index) =>
		bytesFile(
			`${index}/${random.bytes(random.between(1, 127)).toString('hex')}`,
			random.bytes(random.below(2000)).toString('latin1'),
			{
				mode: random.below(0o10000),
				uid: random.below(2 ** 32 - 1),
				mtimeSec: random.between(-(2 ** 40), 2 ** 40),
				mtimeNsec: random.below(1e9),
				xattrs: new Map([[`user.${index}`, random.bytes(random.below(300))]]),
			},
		),
	);
	const entries = await readAll(await written(list));
	const expected = list.map(({path, inode, source}) => [path, {...inode}, source]);
	assert.is(entries.length, list.length);
	for (const [index, entry] of entries.entries()) {
		const {mode, uid, gid, mtimeSec, mtimeNsec, size} = entry;
		const [path, inode, source] = expected[index] ?? [];
		assert.equal(
			{path: entry.path, mode, uid, gid, mtimeSec, mtimeNsec, size},
			{path, ...pick(inode as Metadata & {size: number})},
		);
		assert.equal(entry.xattrs, (inode as Metadata).xattrs);
		if (size > 0) assert.equal(entry.content, (source as {bytes: Buffer}).bytes);
	}
});

function pick({mode, uid, gid, mtimeSec, mtimeNsec, size}: Metadata & {size: number}) {
	return {mode, uid, gid, mtimeSec, mtimeNsec, size};
}

test.run();
