import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseDump} from '../../../engine/erofs/dump-parser.ts';
import {writeImage} from '../../../engine/erofs/writer.ts';
import type {Directory, Inode} from '../../../engine/tree/tree.ts';
import {formatListedEntry, listTree} from '../../../ui/cli/listing.ts';
import {slipway} from './run-program.ts';

const test = suite('image inspect');

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-inspect-'));
test.after(() => rmSync(folder, {recursive: true}));

const dump = readFileSync(
	path.join(import.meta.dirname, '../../fixtures/composefs/08-hardlinks-devices-ids.dump'),
);
const imageFile = path.join(folder, 'image');
writeFileSync(imageFile, writeImage(parseDump(dump), {flavour: 'c', version: 'auto'}));

const listing = `drwxr-xr-x 0:0                   2023-11-14 22:13:20 /
drwxr-xr-x 0:0                   2023-11-14 22:13:20 /a
drwxr-xr-x 0:0                   2023-11-14 22:13:20 /a/b
-rw-r--r-- 0:0              9000 2023-11-14 22:13:20 /a/b/target
-rw-r--r-- 0:0              9000 2023-11-14 22:13:20 /a/link1 link of /a/b/target
lrwxrwxrwx 0:0                   2023-11-14 22:13:20 /a/sym -> target
drwxr-xr-x 0:0                   2023-11-14 22:13:20 /dev
crw------- 0:0        2748:74565 2023-11-14 22:13:20 /dev/big
brw------- 0:0               0:0 2023-11-14 22:13:20 /dev/blk00
prw------- 0:0                   2023-11-14 22:13:20 /dev/fifo
crw-rw-rw- 0:0               1:3 2023-11-14 22:13:20 /dev/null
brw-rw---- 0:0             259:0 2023-11-14 22:13:20 /dev/nvme
brw-rw---- 0:6               8:0 2023-11-14 22:13:20 /dev/sda
srwxr-xr-x 0:0                   2023-11-14 22:13:20 /dev/sock
drwxr-xr-x 0:0                   2023-11-14 22:13:20 /own
-rw-r--r-- 0:65536             0 2023-11-14 22:13:20 /own/g65536
-rw-r--r-- 0:0                 0 2023-11-14 22:13:20 /own/mt1
-rw-r--r-- 0:0                 0 2023-11-14 22:13:21 /own/mt2
-rw-r--r-- 0:0                 0 2023-11-14 22:13:19 /own/old
-rwsr-xr-x 0:0                 0 2023-11-14 22:13:20 /own/suid
lrwxrwxrwx 0:0                   2023-11-14 22:13:20 /own/symlink-link -> target link of /a/sym
-rw-r--r-- 65535:65535           0 2023-11-14 22:13:20 /own/u65535
-rw-r--r-- 65536:0             0 2023-11-14 22:13:20 /own/u65536
-rw-r--r-- 4294967295:4294967294           0 2023-11-14 22:13:20 /own/umax
-rw-r--r-- 0:0              9000 2023-11-14 22:13:20 /z-link2 link of /a/b/target
-rw-r--r-- 0:0              9000 2023-11-14 22:13:20 /z-link3 link of /a/b/target
`;

test('lists what is in an image', () => {
	assert.equal(slipway(['image', 'inspect', imageFile]), {
		status: 0,
		stdout: listing,
		stderr: '',
	});
});

test('gives the dump that an image is made from', () => {
	const {status, stdout} = slipway(['image', 'inspect', '--dump', imageFile]);
	const again = parseDump(Buffer.from(stdout));
	assert.is(status, 0);
	assert.equal(
		writeImage(again, {flavour: 'c', version: 'auto'}).equals(readFileSync(imageFile)),
		true,
	);
});

test('gives all it knows as JSON', () => {
	const {status, stdout} = slipway(['image', 'inspect', '--json', imageFile]);
	const {version, entries} = JSON.parse(stdout);
	assert.equal([status, version, entries.length], [0, 1, listing.trim().split('\n').length]);
	assert.equal(entries[4], {
		path: '/a/link1',
		type: 'file',
		mode: '0644',
		uid: 0,
		gid: 0,
		mtime: '2023-11-14T22:13:20.000000000Z',
		size: 9000,
		verityDigest: '604d412a0279aee4c53434c2e0e1a87792beff8c84a8d7d03a0b25ef92362591',
		linkOf: '/a/b/target',
	});
});

test('ends with status 4 at an image that is damaged', () => {
	const bytes = readFileSync(imageFile);
	bytes.fill(0, 1024, 1028);
	const damaged = path.join(folder, 'damaged');
	writeFileSync(damaged, bytes);
	const {status, stdout, stderr} = slipway(['image', 'inspect', damaged]);
	assert.equal([status, stdout], [4, '']);
	assert.match(stderr, /^slipway: .*\(at byte \d+\)\n/);
});

const metadata = {mode: 0o644, uid: 0, gid: 0, mtimeSec: 0, mtimeNsec: 0, xattrs: undefined};

function treeOf(children: Record<string, Inode>): Directory {
	return {
		type: 'directory',
		...metadata,
		mode: 0o7777,
		children: new Map(Object.entries(children)),
	};
}

test('shows special bits, hard links, devices and times beyond the calendar', () => {
	const file: Inode = {
		type: 'file',
		...metadata,
		mode: 0o6644,
		mtimeSec: 2 ** 45,
		size: 5,
		inline: Buffer.from('hello'),
		verityDigest: undefined,
	};
	const tree = treeOf({
		b: file,
		a: file,
		disk: {type: 'block', ...metadata, rdev: 0x0801},
		pipe: {type: 'fifo', ...metadata},
	});
	assert.equal([...listTree(tree)].map(formatListedEntry), [
		'drwsrwsrwt 0:0                   1970-01-01 00:00:00 /',
		'-rwSr-Sr-- 0:0                 5 @35184372088832 /a',
		'-rwSr-Sr-- 0:0                 5 @35184372088832 /b link of /a',
		'brw-r--r-- 0:0               8:1 1970-01-01 00:00:00 /disk',
		'prw-r--r-- 0:0                   1970-01-01 00:00:00 /pipe',
	]);
});

test('lets no name or target move the cursor', () => {
	const tree = treeOf({
		'\x1b[2J\n': {type: 'symlink', ...metadata, target: Buffer.from('ä\r').toString('latin1')},
	});
	const [, entry] = listTree(tree);
	assert.ok(entry);
	assert.is(
		formatListedEntry(entry),
		'lrw-r--r-- 0:0                   1970-01-01 00:00:00 /\\u{1b}[2J\\u{a} -> ä\\u{d}',
	);
});

test.run();
