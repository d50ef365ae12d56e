import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {diffEtc, type EtcTrees, hiddenDefaults} from '../../../engine/deployment/etc-diff.ts';
import type {Directory, Inode, Metadata} from '../../../engine/tree/tree.ts';
import {device, directory, file, symlink} from '../source/trees.ts';

const test = suite('differences of /etc');

const whiteout = device(0);
const opaque: Partial<Metadata> = {
	xattrs: new Map([['trusted.overlay.opaque', Buffer.from('y')]]),
};

/** In short: `changed H /etc/hosts`. */
function inShort(trees: EtcTrees): string[] {
	return diffEtc(trees).map(({path, difference, hidesNewDefault}) =>
		[difference, ...(hidesNewDefault ? ['H'] : []), path].join(' '),
	);
}

type Children = Readonly<Record<string, Inode>>;

const cases: readonly (readonly [string, Children, Children, readonly string[]])[] = [
	['nothing', {}, {hosts: file('a')}, []],
	['a new file', {hosts: file('a')}, {}, ['added /etc/hosts']],
	['another content', {hosts: file('b')}, {hosts: file('a')}, ['changed /etc/hosts']],
	['the same content, copied up', {hosts: file('a')}, {hosts: file('a')}, []],
	['a mode', {hosts: file('a', {mode: 0o600})}, {hosts: file('a')}, ['metadata /etc/hosts']],
	['a link for a file', {hosts: symlink('x')}, {hosts: file('a')}, ['type /etc/hosts']],
	['a removed file', {hosts: whiteout}, {hosts: file('a')}, ['removed /etc/hosts']],
	['a removed folder', {d: whiteout}, {d: directory({a: file()})}, ['removed /etc/d']],
	['what was removed and the image no longer has', {hosts: whiteout}, {}, []],
	[
		'a file in a folder that is merged',
		{d: directory({b: file()})},
		{d: directory({a: file()})},
		['added /etc/d/b'],
	],
	[
		'a folder that was replaced',
		{d: directory({a: file('x'), c: file()}, opaque)},
		{d: directory({a: file('y'), b: directory({x: file()})})},
		['changed /etc/d/a', 'removed /etc/d/b', 'added /etc/d/c'],
	],
	[
		'a new folder with all in it',
		{d: directory({e: directory({f: file()}, opaque)}, opaque)},
		{},
		['added /etc/d', 'added /etc/d/e', 'added /etc/d/e/f'],
	],
	[
		'a folder for a file',
		{d: directory({a: file()})},
		{d: file()},
		['type /etc/d', 'added /etc/d/a'],
	],
	['a file for a folder', {d: file()}, {d: directory({a: file()})}, ['type /etc/d']],
	[
		'names in the order of their bytes',
		{'a-b': file(), a: directory({c: file()}), B: file(), ä: file()},
		{},
		['added /etc/B', 'added /etc/a', 'added /etc/a-b', 'added /etc/a/c', 'added /etc/ä'],
	],
];
for (const [title, upper, image, expected] of cases)
	test(`are ${title}`, () =>
		assert.equal(inShort({upper: directory(upper), image: directory(image)}), expected));

test('are those of /etc itself too', () => {
	const upper = directory({}, {mode: 0o700});
	assert.equal(inShort({upper, image: directory()}), ['metadata /etc']);
});

test('tell what could not be read, once', () => {
	const trees = {
		upper: directory({private: directory(), new: directory(), shadow: file('a')}),
		image: directory({private: directory(), shadow: file('a')}),
		unreadable: ['/etc/private', '/etc/new', '/etc/shadow'],
	};
	assert.equal(inShort(trees), [
		'unreadable /etc/new',
		'unreadable /etc/private',
		'unreadable /etc/shadow',
	]);
});

test('do not overflow in a deep tree', () => {
	let deep: Directory = directory({end: file()});
	for (let depth = 0; depth < 10_000; depth++) deep = directory({d: deep});
	assert.is(diffEtc({upper: deep, image: directory(), before: directory()}).length, 10_001);
});

const hidden: readonly (readonly [string, Children, Children, Children, readonly string[]])[] = [
	['a changed default', {a: file('local')}, {a: file('new')}, {a: file('old')}, ['/etc/a']],
	['no default that stayed', {a: file('local')}, {a: file('old')}, {a: file('old')}, []],
	['a default that is new', {a: file('local')}, {a: file('new')}, {}, ['/etc/a']],
	['no default that is gone', {a: file('local')}, {}, {a: file('old')}, []],
	[
		'a default that a copy of the old one hides',
		{a: file('old')},
		{a: file('new')},
		{a: file('old')},
		['/etc/a'],
	],
	['none that is as the local one', {a: file('new')}, {a: file('new')}, {a: file('old')}, []],
	['none that was removed here', {a: whiteout}, {a: file('new')}, {a: file('old')}, []],
	['a default of another type', {a: file('x')}, {a: symlink('new')}, {a: file('old')}, ['/etc/a']],
	['a mode', {a: file('x')}, {a: file('a', {mode: 0o600})}, {a: file('a')}, ['/etc/a']],
	[
		'a default below a folder, and not the folder',
		{d: directory({a: file('x'), b: file('x')}, {mode: 0o700})},
		{d: directory({a: file('new'), b: file('b')})},
		{d: directory({a: file('old'), b: file('b')}, {mode: 0o711})},
		['/etc/d/a'],
	],
	['a file behind a folder', {d: directory()}, {d: file('new')}, {d: file('old')}, ['/etc/d']],
	[
		'no list of users, which is merged',
		{passwd: file('x'), d: directory({passwd: file('x')})},
		{passwd: file('new'), d: directory({passwd: file('new')})},
		{passwd: file('old'), d: directory({passwd: file('old')})},
		['/etc/d/passwd'],
	],
];
for (const [title, upper, image, before, expected] of hidden)
	test(`hide ${title}`, () => {
		const trees = {upper: directory(upper), image: directory(image), before: directory(before)};
		assert.equal(hiddenDefaults(trees), expected);
		assert.equal(hiddenDefaults({...trees, before: undefined}), []);
	});

test('mark what hides a new default', () => {
	const trees = {
		upper: directory({a: file('local'), b: file('local')}),
		image: directory({a: file('new'), b: file('same')}),
		before: directory({a: file('old'), b: file('same')}),
	};
	assert.equal(inShort(trees), ['changed H /etc/a', 'changed /etc/b']);
});

test.run();
