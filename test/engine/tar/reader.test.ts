import {readFileSync} from 'node:fs';
import path from 'node:path';
import {gunzipSync} from 'node:zlib';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../engine/errors.ts';
import {defaultAllowance, TarReader} from '../../../engine/tar/reader.ts';
import {type RawFields, rawHeader, rawPax, rawTar, record} from './raw-header.ts';
import {chunksOf, type ReadEntry, readAll} from './read-all.ts';

const test = suite('tar reader');
const fixture = path.resolve(import.meta.dirname, '../../fixtures/tar/cases.tar.gz');
const cases = new Map(
	(await readAll([gunzipSync(readFileSync(fixture))])).map((entry) => [
		entry.path.replace(/^t-|\.tar$/g, ''),
		entry.content ?? Buffer.alloc(0),
	]),
);

function fixtureCase(name: string): Buffer {
	const bytes = cases.get(name);
	if (bytes === undefined) throw new Error(`no case ${name}`);
	return bytes;
}

async function damageOf(bytes: Buffer): Promise<DamagedInput> {
	try {
		await readAll([bytes]);
	} catch (error) {
		if (error instanceof DamagedInput) return error;
		throw error;
	}
	throw new Error('was read without an error');
}

const plain: Omit<ReadEntry, 'path' | 'size' | 'content'> = {
	type: 'file',
	linkTarget: undefined,
	rdev: 0,
	offset: 0,
	mode: 0o644,
	uid: 0,
	gid: 0,
	mtimeSec: 0,
	mtimeNsec: 0,
	xattrs: undefined,
};

test('reads the odd cases that are right', async () => {
	const read = async (name: string) =>
		(await readAll([fixtureCase(name)])).map(({path, size, uid, content}) => ({
			path,
			size,
			uid,
			content: content?.toString('latin1'),
		}));
	assert.equal(
		{
			base256: await read('b256'),
			capability: await read('cap'),
			duplicates: await read('dup'),
			globalPax: await read('global'),
			nonUtf8: await read('nonutf8'),
			trailing: await read('trail'),
		},
		{
			base256: [{path: 'big', size: 3, uid: 0, content: 'abc'}],
			capability: [{path: 'f', size: 3, uid: 3_000_000, content: 'abc'}],
			duplicates: [
				{path: 'd', size: 1, uid: 0, content: '1'},
				{path: 'd', size: 1, uid: 0, content: '2'},
			],
			globalPax: [
				{path: 'a', size: 1, uid: 0, content: 'a'},
				{path: 'b', size: 1, uid: 7, content: 'b'},
			],
			nonUtf8: [{path: 'caf\xe9', size: 1, uid: 0, content: '1'}],
			trailing: [{path: 'one', size: 1, uid: 0, content: '1'}],
		},
	);
});

test('keeps binary xattrs, nanoseconds and large owners of a PAX header', async () => {
	const [entry] = await readAll([fixtureCase('cap')]);
	assert.equal(entry, {
		...plain,
		path: 'f',
		size: 3,
		content: Buffer.from('abc'),
		offset: 1024,
		uid: 3_000_000,
		mtimeSec: 1_700_000_000,
		mtimeNsec: 123_456_789,
		xattrs: new Map([
			['security.capability', Buffer.from('010000020004000080fffe000000000000000000', 'hex')],
		]),
	});
});

const refusedCases: [name: string, message: RegExp][] = [
	['b256bad', /"big": its size is not a number within 2\^53 .* \(at byte 0\)/],
	['linksize', /"ln": it is a hardlink with 512 bytes of content \(at byte 1024\)/],
	['neg', /"neg": its size is -1 \(at byte 0\)/],
	['paxbad', /the PAX record at byte 0 of its data does not end after 99 bytes/],
	['spgnu', /"sp": entries of type "S" are not supported \(at byte 0\)/],
	['sppax', /sparse files are not supported/],
	['trunc', /"d": the tar is cut off in or after this entry \(at byte 1024\)/],
];
for (const [name, message] of refusedCases)
	test(`refuses the case ${name}`, async () => {
		assert.match((await damageOf(fixtureCase(name))).message, message);
	});

const refusedFields: [title: string, fields: RawFields, message: string][] = [
	['a wrong checksum', {checksum: '0000000'}, '"f": the header checksum is wrong'],
	['".." in a name', {name: 'a/../../etc/passwd'}, '"a/../../etc/passwd": a path has ".." in it'],
	['a name that is ".."', {name: '..'}, '"..": a path has ".." in it'],
	['".." in the target of a hard link', {typeflag: '1', link: '../etc/passwd'}, 'has ".." in it'],
	['an empty name', {name: ''}, '"": a name is empty'],
	['an empty component', {name: 'a//b'}, '"a//b": a path has an empty component'],
	['a second slash in front', {name: '//a'}, '"//a": a path has an empty component'],
	['a symlink to nothing', {typeflag: '2'}, 'it is a symlink to a name of 0 bytes'],
	['a file that looks like a directory', {name: 'd/'}, 'it is a file, but its name ends in "/"'],
	['a directory with content', {typeflag: '5', size: '00000000001'}, 'is a directory with 1 bytes'],
	['an unknown type', {typeflag: 'Z'}, 'entries of type "Z" are not supported'],
	['a major number over 12 bits', {typeflag: '3', devMajor: '0010000'}, 'device number is 4096:0'],
	['letters in a number', {mode: '00006z4'}, 'its mode is not a number'],
	['a negative owner', {uid: '\xff\xff\xff\xff\xff\xff\xff\xff'}, 'its uid is -1'],
	['an owner over 32 bits', {uid: '\x80\0\0\x01\0\0\0\0'}, 'its uid is 4294967296'],
	['a size over 2^53', {size: '\x80\0\0\0\0\x20\0\0\0\0\0\0'}, 'its size is not a number within'],
];
for (const [title, fields, message] of refusedFields)
	test(`refuses ${title}`, async () => {
		const error = await damageOf(rawTar(rawHeader(fields)));
		assert.ok(error.message.includes(message), error.message);
		assert.is(error.offset, 0);
	});

const refusedPax: [title: string, records: string, message: string][] = [
	['a record with no length', 'path=x\n', 'at byte 0 of its data has no valid length'],
	['a record with no "="', '8 pathx\n', 'at byte 0 of its data has no key and "="'],
	['a record with no key', '5 =x\n', 'at byte 0 of its data has no key and "="'],
	['a second record that is too long', `${record('path', 'a')}30 uid=1\n`, 'at byte 9 of its data'],
	['a record without its newline', '10 path=abc', 'at byte 0 of its data does not end'],
	['a length that never ends', '9'.repeat(400), 'has no valid length'],
	['a NUL in a path', record('path', 'a\0b'), 'a PAX name has a NUL in it'],
	['a NUL in a key', record('SCHILY.xattr.user.a\0b', ''), 'a PAX key has a NUL in it'],
	['".." in a path', record('path', '../x'), 'a path has ".." in it'],
	['a path over 4096 bytes', record('path', `${'a/'.repeat(2048)}a`), 'over 4096 bytes long'],
	['a name over 255 bytes', record('path', `a/${'b'.repeat(256)}`), 'over 255 bytes long'],
	['a negative size', record('size', '-1'), 'its PAX size "-1" is not a number'],
	['a size over 2^53', record('size', '9007199254740992'), 'is not a number within 2^53'],
	['an mtime in words', record('mtime', 'now'), 'its PAX mtime "now" is not a time'],
	['an xattr with no name', record('SCHILY.xattr.', 'v'), 'an xattr has a name of 0'],
	['an xattr over 64 KiB', record('SCHILY.xattr.user.a', 'v'.repeat(65_537)), 'of 65537 bytes'],
	['a sparse file', record('GNU.sparse.major', '1'), 'sparse files are not supported'],
];
for (const [title, records, message] of refusedPax)
	test(`refuses ${title} in a PAX header`, async () => {
		const error = await damageOf(rawTar(...rawPax(records), rawHeader({})));
		assert.ok(error.message.includes(message), error.message);
	});

const longName = `${'d'.repeat(150)}/${'n'.repeat(120)}`;
const gnuLong = (typeflag: string, name: string): [Buffer, string] => [
	rawHeader({
		name: '././@LongLink',
		typeflag,
		size: (name.length + 1).toString(8),
		magic: 'ustar  \0',
	}),
	`${name}\0`,
];

test('reads names of every dialect', async () => {
	const read = async (...parts: (Buffer | string)[]) =>
		(await readAll([rawTar(...parts)])).map(({type, path, linkTarget}) => [type, path, linkTarget]);
	assert.equal(
		[
			await read(rawHeader({name: 'n', prefix: 'p/q'})),
			await read(rawHeader({name: 'n', prefix: 'p', magic: 'ustar  \0'})),
			await read(...gnuLong('L', longName), rawHeader({magic: 'ustar  \0'})),
			await read(...gnuLong('K', longName), rawHeader({typeflag: '2', magic: 'ustar  \0'})),
			await read(...rawPax(record('path', longName)), rawHeader({})),
			await read(...rawPax(record('linkpath', '/x')), rawHeader({typeflag: '1', link: 'y'})),
			await read(...rawPax(record('path', '')), rawHeader({name: 'kept'})),
			await read(rawHeader({name: 'v7dir/', typeflag: '\0', magic: ''})),
			await read(rawHeader({name: 'v7file', typeflag: '\0', magic: ''})),
			await read(rawHeader({name: './', typeflag: '5'})),
			await read(rawHeader({name: '/', typeflag: '5'})),
			await read(rawHeader({name: './a/./b/', typeflag: '5'})),
			await read(rawHeader({name: '/abs/f'})),
			await read(rawHeader({typeflag: '2', link: '../../outside'})),
			await read(rawHeader({name: '...', typeflag: '6'})),
		],
		[
			[['file', 'p/q/n', undefined]],
			[['file', 'n', undefined]],
			[['file', longName, undefined]],
			[['symlink', 'f', longName]],
			[['file', longName, undefined]],
			[['hardlink', 'f', 'x']],
			[['file', 'kept', undefined]],
			[['directory', 'v7dir', undefined]],
			[['file', 'v7file', undefined]],
			[['directory', '', undefined]],
			[['directory', '', undefined]],
			[['directory', 'a/b', undefined]],
			[['file', 'abs/f', undefined]],
			[['symlink', 'f', '../../outside']],
			[['fifo', '...', undefined]],
		],
	);
});

test('reads times before the epoch and below a second', async () => {
	const read = async (mtime: string) => {
		const [entry] = await readAll([rawTar(...rawPax(record('mtime', mtime)), rawHeader({}))]);
		return [entry?.mtimeSec, entry?.mtimeNsec];
	};
	assert.equal(
		await Promise.all(['0.5', '-0.5', '-1', '-1.000000001', '7.', '1.1234567899'].map(read)),
		[
			[0, 500_000_000],
			[-1, 500_000_000],
			[-1, 0],
			[-2, 999_999_999],
			[7, 0],
			[1, 123_456_789],
		],
	);
	const [binary] = await readAll([rawTar(rawHeader({mtime: `\xff${'\xff'.repeat(10)}\xfe`}))]);
	assert.is(binary?.mtimeSec, -2);
});

test('reads modes with setuid, and device numbers of 32 bits', async () => {
	const device = {typeflag: '3', devMajor: '0007777', devMinor: '3777777', mode: '0024666'};
	const [entry] = await readAll([rawTar(rawHeader(device))]);
	assert.equal([entry?.mode, entry?.rdev], [0o4666, 0xffff_ffff]);
});

test('refuses extensions that lead nowhere or contradict each other', async () => {
	const pax = rawPax(record('path', 'a'));
	const errors = await Promise.all(
		[
			rawTar(...pax),
			rawTar(...pax, ...pax, rawHeader({})),
			rawTar(...pax, ...rawPax('', 'g'), rawHeader({})),
			rawTar(...pax, ...gnuLong('L', longName), rawHeader({})),
			rawTar(rawHeader({typeflag: 'x', size: '0004000001'})),
			rawTar(Buffer.alloc(512), rawHeader({})),
		].map(async (bytes) => (await damageOf(bytes)).message.replace(/"d+\/n+"/, 'LONG')),
	);
	assert.equal(errors, [
		'an extended header is not followed by its entry (at byte 1024)',
		'tar entry "PaxHeaders/f": one entry has two headers of type "x" (at byte 1024)',
		'an extended header is not followed by its entry (at byte 1024)',
		'tar entry "…' +
			`${'d'.repeat(79)}/${'n'.repeat(120)}": it has both a GNU and a PAX name (at byte 2048)`,
		'tar entry "f": an extended header has 1048577 bytes, over 1 MiB (at byte 0)',
		'the tar goes on after a block of zeros (at byte 512)',
	]);
});

test('shows names in messages without what could fool a terminal', async () => {
	const error = await damageOf(rawTar(rawHeader({name: 'a\x1b[2J"é\xff/..'})));
	assert.ok(error.message.startsWith('tar entry "a\\u{1b}[2J\\"??/..": a path'), error.message);
});

test('gives the same entries however the input is cut', async () => {
	const bytes = rawTar(
		...rawPax(record('path', longName) + record('SCHILY.xattr.user.x', 'y')),
		rawHeader({size: '00000001001'}),
		'c'.repeat(513),
		rawHeader({name: 'next'}),
	);
	const whole = await readAll([bytes]);
	assert.is(whole.length, 2);
	for (const size of [1, 7, 511, 512, 513, 1024])
		assert.equal(await readAll(chunksOf(bytes, size)), whole, `chunks of ${size}`);
});

test('refuses a tar cut at every block, but after its first block of zeros', async () => {
	const bytes = rawTar(...rawPax(record('path', 'p')), rawHeader({size: '1'}), 'c', rawHeader({}));
	const outcomes: string[] = [];
	for (let end = 0; end < bytes.length; end += 512) {
		const outcome = await damageOf(bytes.subarray(0, end)).then(
			(error) => error.message.replace(/^.*\(/, '('),
			() => 'read',
		);
		outcomes.push(outcome);
	}
	assert.equal(outcomes, [
		...[0, 512, 1024, 1536, 2048, 2560].map((offset) => `(at byte ${offset})`),
		'read',
	]);
});

test('takes a layer without its end of archive when asked to, but no part of an entry', async () => {
	const bytes = rawTar(rawHeader({size: '1'}), 'c');
	const read = (end: number) => readAll([bytes.subarray(0, end)], {trailer: 'optional'});
	assert.equal(
		(await read(1024)).map(({path}) => path),
		['f'],
	);
	assert.equal(await read(0), []);
	for (const end of [1, 511, 512, 513, 1023])
		await read(end).then(
			() => assert.unreachable(`${end} bytes were taken for whole`),
			(error) => assert.instance(error, DamagedInput),
		);
});

test('waits for a target that holds it back', async () => {
	const seen: string[] = [];
	let release = () => {};
	const reader = new TarReader((entry) => ({
		write() {
			seen.push(`write ${entry.path}`);
			return new Promise((resolve) => {
				release = resolve;
			});
		},
		end() {
			seen.push(`end ${entry.path}`);
		},
	}));
	const written = reader.write(rawTar(rawHeader({size: '1'}), 'c', rawHeader({name: 'g'})));
	await new Promise((resolve) => setImmediate(resolve));
	assert.equal(seen, ['write f']);
	release();
	await written;
	assert.equal(seen, ['write f', 'end f']);
});

test('lets a file reader step over contents that nobody wants', async () => {
	const bytes = rawTar(rawHeader({size: '2001'}), 'c'.repeat(0o2001), rawHeader({name: 'g'}));
	const names: string[] = [];
	const reader = new TarReader((entry) => {
		names.push(`${entry.path} ${entry.size}`);
		return undefined;
	});
	const written: number[] = [];
	while (!reader.hasEnded) {
		reader.skip(reader.skippable);
		const at = reader.position;
		if (reader.skippable > 0) continue;
		written.push(at);
		await reader.write(bytes.subarray(at, at + 512));
	}
	assert.equal(names, ['f 1025', 'g 0']);
	assert.equal(written, [0, 2048, 2560, 3072]);
	assert.throws(() => new TarReader(() => undefined).skip(1), RangeError);
});

test('tells all bytes that no target takes, in their place between the contents', async () => {
	const bytes = Buffer.concat([
		rawTar(
			...rawPax(record('path', 'long')),
			rawHeader({size: '00000000003'}),
			'abc',
			rawHeader({name: 'unwanted', size: '00000000002'}),
			'xy',
			...rawPax(record('comment', 'of all'), 'g'),
			rawHeader({name: 'last', size: '00000001001'}),
			'c'.repeat(0o1001),
		),
		Buffer.from('after the end'),
	]);
	for (const size of [1, 511, 700, bytes.length]) {
		const parts: Buffer[] = [];
		const contents: string[] = [];
		const keep = (chunk: Buffer) => void parts.push(Buffer.from(chunk));
		const reader = new TarReader(
			(entry) => {
				if (entry.path === 'unwanted') return undefined;
				contents.push(entry.path);
				return {write: keep, end: () => contents.push(`end after ${Buffer.concat(parts).length}`)};
			},
			{onRaw: keep},
		);
		for (const chunk of chunksOf(bytes, size)) await reader.write(chunk);
		reader.end();
		assert.equal(Buffer.concat(parts), bytes);
		assert.equal(contents, ['long', 'end after 1539', 'last', 'end after 5121']);
	}
});

test('stops at the allowance of entries and of extended headers', async () => {
	const entry = rawHeader({});
	const bytes = rawTar(...rawPax(record('path', 'a')), entry, entry, entry);
	const read = (entries: number, extensionBytes: number) =>
		readAll([bytes], {allowance: {entries, extensionBytes}}).then(
			(all) => all.length,
			(error) => error.message,
		);
	assert.equal(
		[await read(3, 9), await read(2, 9), await read(3, 8)],
		[
			3,
			'tar entry "f": there are too many entries (at byte 2048)',
			'tar entry "PaxHeaders/f": there are too many bytes of extended headers (at byte 0)',
		],
	);
	assert.is(defaultAllowance().entries, 1_000_000);
});

test.run();
