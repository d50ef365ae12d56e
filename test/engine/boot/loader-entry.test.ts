import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	formatLoaderEntry,
	type LoaderEntry,
	maxLoaderEntryLength,
	parseLoaderEntry,
} from '../../../engine/boot/loader-entry.ts';
import {DamagedInput} from '../../../engine/errors.ts';
import {fuzzRounds, mutate, seededRandom} from '../../seeded.ts';

const test = suite('loader entry');

const folder = '/EFI/Linux/slipway-0123456789abcdef0123456789abcdef';
const entry: LoaderEntry = {
	title: 'Debian GNU/Linux 13 (trixie) (3f2a9c1b4d5e.0)',
	sortKey: 'slipway',
	version: '7',
	linux: `${folder}/linux`,
	initrd: [`${folder}/initrd`],
	options: `root=UUID=6d1a rw composefs=${'ab'.repeat(32)} slipway=3f2a9c1b4d5e.0 quiet`,
	others: [],
};
const text = `title Debian GNU/Linux 13 (trixie) (3f2a9c1b4d5e.0)
sort-key slipway
version 7
linux ${folder}/linux
initrd ${folder}/initrd
options root=UUID=6d1a rw composefs=${'ab'.repeat(32)} slipway=3f2a9c1b4d5e.0 quiet
`;
const bare = {
	title: undefined,
	sortKey: undefined,
	version: undefined,
	initrd: [],
	options: '',
	others: [],
};

test('formats an entry', () => assert.is(formatLoaderEntry(entry), text));
test('parses what it formats', () => assert.equal(parseLoaderEntry(text, 'a.conf'), entry));

const accepted: readonly (readonly [string, string, LoaderEntry])[] = [
	['the least there can be', 'linux /vmlinuz', {...bare, linux: '/vmlinuz'}],
	[
		'comments, blank lines, tabs and CRLF',
		'# by hand\r\n\r\n\tlinux\t /a b \r\n',
		{...bare, linux: '/a b'},
	],
	[
		'several initrd and options lines',
		'initrd /1\nlinux /k\noptions a b\ninitrd /2\noptions c\n',
		{...bare, linux: '/k', initrd: ['/1', '/2'], options: 'a b c'},
	],
	[
		'keys that it does not know, in order',
		'machine-id 12\nlinux /k\narchitecture x64\nmachine-id 34\n',
		{
			...bare,
			linux: '/k',
			others: [
				['machine-id', '12'],
				['architecture', 'x64'],
				['machine-id', '34'],
			],
		},
	],
	['a quoted value', 'title "My OS"\nlinux /k', {...bare, title: 'My OS', linux: '/k'}],
	[
		'quotes within a value',
		'linux /k\noptions a="b c" d',
		{...bare, linux: '/k', options: 'a="b c" d'},
	],
	['text in UTF-8', 'title Größe 中\nlinux /k', {...bare, title: 'Größe 中', linux: '/k'}],
];
for (const [name, input, expected] of accepted)
	test(`takes ${name}`, () => {
		const parsed = parseLoaderEntry(input, 'a.conf');
		assert.equal(parsed, expected);
		assert.equal(parseLoaderEntry(formatLoaderEntry(parsed), 'a.conf'), expected);
	});

test('quotes values that would be read otherwise', () => {
	const odd = {...bare, linux: '/k', title: '"quoted"', options: ' a '};
	assert.is(formatLoaderEntry(odd), 'title ""quoted""\nlinux /k\noptions " a "\n');
	assert.equal(parseLoaderEntry(formatLoaderEntry(odd), 'a.conf'), odd);
});

const refused: readonly (readonly [string, string, string])[] = [
	['no kernel', 'title A\n', 'a.conf has no "linux" line'],
	['an empty file', '', 'a.conf has no "linux" line'],
	['a key without value', 'linux /k\noptions\n', 'a.conf, line 2: "options" has no value'],
	['an empty value in quotes', 'linux /k\ntitle ""\n', 'a.conf, line 2: "title" has no value'],
	['two kernels', 'linux /a\n\nlinux /b\n', 'a.conf, line 3: a second "linux"'],
	['a relative path', 'linux k\n', `a.conf, line 1: "k" is not a path from the partition's root`],
	[
		'a path that climbs',
		'linux /k\ninitrd /a/../b\n',
		`a.conf, line 2: "/a/../b" is not a path from the partition's root`,
	],
	['a NUL', 'linux /k\noptions a\0b\n', 'a.conf, line 2 is not text in UTF-8'],
	[
		'bytes that are not UTF-8',
		Buffer.from('linux /k\xff', 'latin1').toString(),
		'a.conf, line 1 is not text in UTF-8',
	],
];
for (const [name, input, message] of refused)
	test(`refuses ${name}`, () => {
		try {
			parseLoaderEntry(input, 'a.conf');
			assert.unreachable('took it');
		} catch (error) {
			assert.instance(error, DamagedInput);
			assert.is((error as DamagedInput).message, message);
		}
	});

test('refuses a file that is far too long', () => {
	assert.throws(
		() => parseLoaderEntry('#'.repeat(maxLoaderEntryLength + 1), 'a.conf'),
		(error: unknown) => error instanceof DamagedInput,
	);
});

test('gives an entry that survives formatting, or a clean error, for damaged text', () => {
	const random = seededRandom(2026);
	const original = Buffer.from(`${text}machine-id 12\ninitrd /b\noptions "x y" z="1 2"\n`);
	const rounds = fuzzRounds(5_000);
	let taken = 0;
	for (let round = 0; round < rounds; round++) {
		const damaged = mutate(original, random).toString();
		try {
			const parsed = parseLoaderEntry(damaged, 'a.conf');
			assert.equal(parseLoaderEntry(formatLoaderEntry(parsed), 'a.conf'), parsed, `round ${round}`);
			taken++;
		} catch (error) {
			if (!(error instanceof DamagedInput)) throw error;
		}
	}
	assert.ok(taken > 0 && taken < rounds, `${taken} of ${rounds} taken`);
});

test.run();
