import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseOsRelease, readOsRelease} from '../../../engine/deployment/os-release.ts';
import {ImageRoot} from '../../../engine/lint/image-root.ts';
import {type MadeRoot, makeRoot} from '../lint/made-root.ts';

const test = suite('os-release');

for (const [name, text, expected] of [
	['nothing', '', {prettyName: 'Linux', imageVersion: undefined}],
	[
		'both kinds of quotes',
		'PRETTY_NAME=\'a "b"\'\nIMAGE_VERSION="2"\nVERSION_ID=1\n',
		{prettyName: 'a "b"', imageVersion: '2'},
	],
	[
		'escapes of a shell',
		'PRETTY_NAME="a \\"b\\" \\$5 \\\\ \\x"\n',
		{prettyName: 'a "b" $5 \\ \\x', imageVersion: undefined},
	],
	[
		'a line end in quotes',
		'PRETTY_NAME="a\nb"\nNAME=c\n',
		{prettyName: 'c', imageVersion: undefined},
	],
	[
		'comments and empty values',
		'#NAME=a\nNAME=\nVERSION_ID=""\n',
		{prettyName: 'Linux', imageVersion: undefined},
	],
] as const)
	test(`says what there is with ${name}`, () => assert.equal(parseOsRelease(text), expected));

const places: readonly (readonly [string, MadeRoot, string])[] = [
	['in /usr first', {'usr/lib/os-release': 'NAME=a\n', 'etc/os-release': 'NAME=b\n'}, 'a'],
	['in /etc where /usr has none', {'etc/os-release': 'NAME=b\n'}, 'b'],
	[
		'through a link that is absolute in the image',
		{'etc/os-release': {link: '/usr/share/release'}, 'usr/share/release': 'NAME=c\n'},
		'c',
	],
	['nowhere', {}, 'Linux'],
];
for (const [name, entries, prettyName] of places)
	test(`is looked for ${name}`, async () => {
		await using root = await makeRoot(entries);
		assert.is((await readOsRelease(new ImageRoot(root.folder))).prettyName, prettyName);
	});

test.run();
