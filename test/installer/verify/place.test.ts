import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {Metadata} from '../../../engine/tree/tree.ts';
import {differencesOf, isOtherContent, type Place} from '../../../installer/verify/place.ts';
import {runningPath, textOfPath} from '../../../installer/verify/place-names.ts';

const test = suite('places of a root');

const metadata: Metadata = {
	mode: 0o644,
	uid: 0,
	gid: 0,
	mtimeSec: 5,
	mtimeNsec: 0,
	xattrs: undefined,
};
const file: Place = {type: 'file', metadata, size: 3, content: {}, target: '', rdev: 0};
const withXattrs = (values: Record<string, string>): Place => ({
	...file,
	metadata: {
		...metadata,
		xattrs: new Map(Object.entries(values).map(([key, value]) => [key, Buffer.from(value)])),
	},
});

const cases: readonly (readonly [wanted: Place, found: Place, differences: readonly string[]])[] = [
	[file, {...file, content: {sha256: 'other'}}, []],
	[file, {...file, type: 'directory', size: 0}, ['is a directory, not a file']],
	[
		file,
		{...file, size: 4, metadata: {...metadata, mode: 0o4755, uid: 7, gid: 8, mtimeNsec: 25}},
		[
			'its mode is 4755, not 0644',
			'its owner is 7:8, not 0:0',
			'its size is 4, not 3',
			'its time is 5.000000025, not 5.000000000',
		],
	],
	[{...file, target: 'a'}, {...file, target: 'b'}, ['leads elsewhere']],
	[{...file, rdev: 1}, {...file, rdev: 2}, ['its device number is 2, not 1']],
	[
		withXattrs({a: '1', b: '1', c: '1'}),
		withXattrs({b: '2', c: '1', d: '1'}),
		[
			'lacks the extended attribute a',
			'its extended attribute b is another',
			'has the extended attribute d',
		],
	],
];

for (const [wanted, found, differences] of cases)
	test(`differ in ${differences.join(', ') || 'nothing'}`, () => {
		assert.equal(differencesOf(wanted, found), differences);
	});

test('have the same content as far as both are known', () => {
	assert.not(isOtherContent({}, {sha256: 'a'}));
	assert.not(isOtherContent({sha256: 'a'}, {verityDigest: 'b'}));
	assert.ok(isOtherContent({sha256: 'a', verityDigest: 'b'}, {sha256: 'a', verityDigest: 'c'}));
});

for (const [path, name] of [
	['state/deploy/abc.0/etc/upper/hostname', '/etc/hostname'],
	['state/deploy/abc.0/etc/upper', '/etc'],
	['state/deploy/other.0/etc/upper/x', '/sysroot/state/deploy/other.0/etc/upper/x'],
	['state/os/default/var/lib/x', '/var/lib/x'],
	['state/os/default/variant', '/sysroot/state/os/default/variant'],
	['composefs', '/sysroot/composefs'],
] as const)
	test(`are in the running system: ${path}`, () => {
		assert.is(runningPath(path, 'abc.0'), name);
	});

for (const [bytes, text] of [
	['plain', 'plain'],
	[Buffer.from('né').toString('latin1'), 'né'],
	['n\xe9\\', 'n\\xe9\\\\'],
	['\\xe9', '\\\\xe9'],
] as const)
	test(`are written as text: ${text}`, () => {
		assert.is(textOfPath(bytes), text);
	});

test.run();
