import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {compareInodes, type InodeDifference} from '../../../engine/deployment/compare-inodes.ts';
import type {Inode, Metadata, RegularFile} from '../../../engine/tree/tree.ts';
import {device, directory, file, symlink} from '../source/trees.ts';

const test = suite('compare inodes');

const large = (verityDigest: string | undefined, size = 100): RegularFile => ({
	...file(),
	size,
	inline: undefined,
	verityDigest,
});
const [sha256, otherSha256, sha512] = ['a'.repeat(64), 'b'.repeat(64), 'a'.repeat(128)];
const withXattrs = (xattrs: Readonly<Record<string, string>>): Partial<Metadata> => ({
	xattrs: new Map(Object.entries(xattrs).map(([key, value]) => [key, Buffer.from(value)])),
});

const cases: readonly (readonly [string, Inode, Inode, InodeDifference | undefined])[] = [
	['the same small file', file('a'), file('a', {mtimeSec: 7, mtimeNsec: 1}), undefined],
	['two small files of one length', file('a'), file('b'), 'changed'],
	['two lengths', large(undefined, 5), large(sha256), 'changed'],
	['an empty file', file(), {...file(), inline: undefined}, undefined],
	['the same large file', large(sha256), large(sha256), undefined],
	['two large files', large(sha256), large(otherSha256), 'changed'],
	['a file that was not read', large(undefined), large(sha256), 'unreadable'],
	['a small file that was not read', {...file('a'), inline: undefined}, file('a'), 'unreadable'],
	['digests of two algorithms', large(sha512), large(sha256), 'unreadable'],
	['two targets', symlink('a'), symlink('b'), 'changed'],
	['the same target', symlink('a'), symlink('a'), undefined],
	['two devices', device(0x103), device(0x105), 'changed'],
	['a link to a file', symlink('a'), file('a'), 'type'],
	['folders with other children', directory({a: file()}), directory(), undefined],
	['another mode', file('a', {mode: 0o600}), file('a'), 'metadata'],
	['another owner', directory({}, {uid: 1}), directory(), 'metadata'],
	['another group', symlink('a', {gid: 1}), symlink('a'), 'metadata'],
	['another content and mode', file('b', {mode: 0o600}), file('a'), 'changed'],
	['an attribute more', file('a', withXattrs({'user.a': '1'})), file('a'), 'metadata'],
	['an attribute less', file('a'), file('a', withXattrs({'user.a': '1'})), 'metadata'],
	[
		'another value of an attribute',
		file('a', withXattrs({'user.a': '1'})),
		file('a', withXattrs({'user.a': '2'})),
		'metadata',
	],
	[
		'the same attributes, beside those of overlayfs',
		directory({}, withXattrs({'trusted.overlay.impure': 'y', 'user.a': '1'})),
		directory({}, withXattrs({'user.a': '1'})),
		undefined,
	],
];
for (const [title, one, other, expected] of cases)
	test(`finds ${expected ?? 'no difference'} in ${title}`, () =>
		assert.is(compareInodes(one, other), expected));

test.run();
