import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {formatDump} from '../../../engine/erofs/dump-formatter.ts';
import {parseDump} from '../../../engine/erofs/dump-parser.ts';
import {DamagedInput} from '../../../engine/errors.ts';
import type {Directory, Inode} from '../../../engine/tree/tree.ts';
import {readVectors} from './vectors.ts';

const test = suite('dump');

const root = '/ 0 40755 2 0 0 0 1.0 - - -\n';

function parse(lines: string): Directory {
	return parseDump(Buffer.from(root + lines, 'latin1'));
}

function child(lines: string, name: string): Inode | undefined {
	return parse(lines).children.get(name);
}

const metadata = {mode: 0o644, uid: 0, gid: 0, mtimeSec: 1, mtimeNsec: 0, xattrs: undefined};
const digest = 'ab'.repeat(32);
const file = {
	type: 'file',
	...metadata,
	size: 0,
	inline: undefined,
	verityDigest: undefined,
} as const;

const inodes: [string, string, Inode][] = [
	['an empty file', '/a 0 100644 1 0 0 0 1.0 - - -', file],
	['a line without its last fields', '/a 0 100644 1 0 0 0 1.0', file],
	['a path without its slash', 'a 0 100644 1 0 0 0 1.0 - - -', file],
	[
		'a file whose content is in it',
		'/a 3 100644 1 0 0 0 1.0 - a\\x20\\n -',
		{...file, size: 3, inline: Buffer.from('a \n')},
	],
	[
		'a content that is only a dash',
		'/a 1 100644 1 0 0 0 1.0 - \\x2d -',
		{...file, size: 1, inline: Buffer.from('-')},
	],
	[
		'a file whose object is where its digest says',
		`/a 100 100644 1 0 0 0 1.0 ab/${'ab'.repeat(31)} - ${digest.toUpperCase()}`,
		{...file, size: 100, verityDigest: digest},
	],
	[
		'a file whose object is elsewhere',
		`/a 100 100644 1 0 0 0 1.0 elsewhere - ${digest}`,
		{...file, size: 100, verityDigest: digest, objectPath: 'elsewhere'},
	],
	[
		'a file that names no object',
		`/a 100 100644 1 0 0 0 1.0 - - ${digest}`,
		{...file, size: 100, verityDigest: digest, objectPath: ''},
	],
	['a size of 2^53', '/a 9007199254740992 100644 1 0 0 0 1.0', {...file, size: 2 ** 53}],
	[
		'a link',
		'/a 9 120777 1 0 0 0 1.0 to\\\\\\t - -',
		{type: 'symlink', ...metadata, mode: 0o777, target: 'to\\\t'},
	],
	['a device', '/a 0 60644 1 0 0 4294967297 1.0 - - -', {type: 'block', ...metadata, rdev: 1}],
	['a fifo', '/a 0 10644 1 0 0 0 1.0 - - -', {type: 'fifo', ...metadata}],
	['a socket', '/a 0 140644 1 0 0 0 1.0 - - -', {type: 'socket', ...metadata}],
	[
		'owners modulo 2^32, setuid, and nanoseconds before the epoch',
		'/a 0 104755 1 4294967297 4294967295 0 -2.25 - - -',
		{...file, mode: 0o4755, uid: 1, gid: 2 ** 32 - 1, mtimeSec: -2, mtimeNsec: 25},
	],
	[
		'xattrs, of which the last of a key counts',
		'/a 0 100644 1 0 0 0 1.0 - - - user.a=1 user.\\x3d=a=- user.a= security.capability=\\x00\\xff',
		{
			...file,
			xattrs: new Map([
				['user.a', Buffer.alloc(0)],
				['user.=', Buffer.from('a=-')],
				['security.capability', Buffer.from([0, 255])],
			]),
		},
	],
];
for (const [what, line, expected] of inodes) {
	test(`reads ${what}`, () => assert.equal(child(`${line}\n`, 'a'), expected));
}

test('reads names of any bytes', () => {
	const names = ['\xff\x01', '-', '=', 'a b', 'caf\xc3\xa9', '\n'];
	const escaped = ['\\xff\\x01', '-', '=', 'a\\x20b', 'caf\xc3\xa9', '\\n'];
	const lines = escaped.map((name) => `/${name} 0 100644 1 0 0 0 1.0 - - -\n`).join('');
	assert.equal([...parse(lines).children.keys()], names);
});

test('makes one inode of all names of a hard link, and keeps where it stands', () => {
	const tree = parse(
		'/d 0 40755 2 0 0 0 1.0 - - -\n/d/l 0 @100644 - - - - 0.0 /m - -\n/m 0 @100644 - - - - 0.0 /z - -\n/z 0 100644 3 0 0 0 1.0 - - -\n',
	);
	const directory = tree.children.get('d');
	const leaf = tree.children.get('z');
	assert.ok(directory?.type === 'directory' && leaf?.type === 'file');
	assert.is(tree.children.get('m'), leaf);
	assert.is(directory.children.get('l'), leaf);
	const {directory: home, ...recorded} = leaf.recorded ?? {directory: undefined};
	assert.is(home, tree);
	assert.equal(recorded, {links: 3, size: 0, name: 'z'});
});

test('gives a tree back as the lines that it came from', () => {
	const lines = [
		'/ 0 40755 3 0 0 0 1.0 - - - security.selinux=a\\x00 user.\\x3d=-\\x3d',
		'/- 1 100644 2 0 0 0 1.5 - \\x2d -',
		'/a 0 40700 2 1 2 0 -1.0 - - -',
		'/a/l 0 @100644 - - - - 0.0 /- - -',
		`/b\\x20\\n 100 100644 1 0 0 0 1.0 ab/${'ab'.repeat(31)} - ${digest}`,
		'/c 0 20644 7 0 0 259 1.0 - - -',
		'/s 2 120777 1 0 0 0 1.0 .. - -',
	].map((line) => `${line}\n`);
	assert.equal([...formatDump(parseDump(Buffer.from(lines.join(''))))], lines);
});

for (const {name, dump} of readVectors()) {
	test(`${name}: loses nothing when it is read and written`, () => {
		const once = [...formatDump(parseDump(dump))].join('');
		const twice = [...formatDump(parseDump(Buffer.from(once, 'latin1')))].join('');
		assert.is(twice, once);
		assert.is(once.split('\n').length, dump.toString().split('\n').length);
	});
}

const damaged: [string, string, RegExp][] = [
	['an empty line', '\n', /line 2: PATH is missing/],
	['a field too few', '/a 0 100644 1 0 0 0\n', /line 2: MTIME is missing/],
	['two spaces', '/a  0 100644 1 0 0 0 1.0\n', /line 2: SIZE is not a number: ""/],
	['a size that is no number', '/a 5x 100644 1 0 0 0 1.0\n', /SIZE is not a number: "5x"/],
	['a negative size', '/a -5 100644 1 0 0 0 1.0\n', /SIZE is not a number: "-5"/],
	['a size above 2^53', '/a 9007199254740994 100644 1 0 0 0 1.0\n', /SIZE is not a number/],
	['a mode that is not octal', '/a 0 100684 1 0 0 0 1.0\n', /MODE is not a number: "100684"/],
	['a mode without a type', '/a 0 644 1 0 0 0 1.0\n', /MODE has no known file type: 644/],
	['a mode of too many bits', '/a 0 1100644 1 0 0 0 1.0\n', /MODE has no known file type/],
	['a time without a dot', '/a 0 100644 1 0 0 0 1\n', /MTIME is not SECONDS.NANOSECONDS: "1"/],
	['a time without digits', '/a 0 100644 1 0 0 0 .\n', /MTIME is not SECONDS.NANOSECONDS: "."/],
	['a billion nanoseconds', '/a 0 100644 1 0 0 0 1.1000000000\n', /MTIME is not/],
	['an unknown escape', '/\\q 0 100644 1 0 0 0 1.0\n', /PATH has an unknown escape: "\\\\q"/],
	['half an escape', '/\\x2 0 100644 1 0 0 0 1.0\n', /PATH has an unknown escape/],
	['a NUL byte', '/a\0 0 100644 1 0 0 0 1.0\n', /PATH has a NUL byte/],
	['an escaped NUL byte in a name', '/a\\x00b 0 100644 1 0 0 0 1.0\n', /PATH has a NUL byte/],
	['a path in no directory', '/a/b 0 100644 1 0 0 0 1.0\n', /in no directory .* "\/a\/b"/],
	['a path that ends in a slash', '/a/ 0 40755 1 0 0 0 1.0\n', /in no directory .* "\/a\/"/],
	['a path that ends in dots', '/.. 0 40755 1 0 0 0 1.0\n', /PATH ends in dots: "\/.."/],
	['a second root', root, /line 2: \/ is there twice/],
	[
		'a path twice',
		'/a 0 10644 1 0 0 0 1.0\n//a 0 10644 1 0 0 0 1.0\n',
		/line 3: PATH is there twice/,
	],
	[
		'a content of another length',
		'/a 3 100644 1 0 0 0 1.0 - ab -\n',
		/CONTENT has 2 bytes where SIZE is 3/,
	],
	[
		'a digest of another length',
		'/a 3 100644 1 0 0 0 1.0 - - abcd\n',
		/DIGEST is not an fs-verity digest in hex: "abcd"/,
	],
	['a digest that is not hex', `/a 3 100644 1 0 0 0 1.0 - - ${'xy'.repeat(32)}\n`, /DIGEST is not/],
	['a link without a target', '/a 3 120777 1 0 0 0 1.0 - - -\n', /PAYLOAD is missing/],
	[
		'an xattr without a value',
		'/a 0 100644 1 0 0 0 1.0 - - - user.a\n',
		/xattr is not KEY=VALUE: "user.a"/,
	],
	['an xattr without a key', '/a 0 100644 1 0 0 0 1.0 - - - =a\n', /xattr is not KEY=VALUE: "=a"/],
	['an empty xattr', '/a 0 100644 1 0 0 0 1.0 - - -  \n', /xattr is not KEY=VALUE: ""/],
	[
		'a hard link to nothing',
		'/a 0 @100644 - - - - 0.0 /b - -\n',
		/line 2: hard link to what is not there: "\/b"/,
	],
	[
		'hard links in a ring',
		'/a 0 @100644 - - - - 0.0 /b - -\n/b 0 @100644 - - - - 0.0 /a - -\n',
		/hard link to what is not there/,
	],
	[
		'a hard link to a directory',
		'/b 0 40755 2 0 0 0 1.0\n/a 0 @40755 - - - - 0.0 /b - -\n',
		/hard link to a directory: "\/b"/,
	],
];
for (const [what, lines, message] of damaged) {
	test(`refuses ${what}`, () => {
		assert.throws(
			() => parse(lines),
			(error: unknown) =>
				error instanceof DamagedInput && error.offset !== undefined && message.test(error.message),
		);
	});
}

test('refuses a dump that does not begin with the root', () => {
	for (const [dump, message] of [
		['', /the dump is empty \(at byte 0\)/],
		['/a 0 40755 2 0 0 0 1.0\n', /dump line 1: the first PATH is not \/: "\/a" \(at byte 0\)/],
		['/ 0 100644 2 0 0 0 1.0\n', /dump line 1: /],
	] as const)
		assert.throws(
			() => parseDump(Buffer.from(dump)),
			(error: unknown) => error instanceof DamagedInput && message.test(error.message),
		);
});

test.run();
