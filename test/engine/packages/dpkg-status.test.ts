import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseDpkgStatus} from '../../../engine/packages/dpkg-status.ts';

const test = suite('status of dpkg');

const stanza = (name: string, version: string, more = '', state = 'install ok installed') =>
	`Package: ${name}\nStatus: ${state}\nPriority: optional\n${more}Version: ${version}\n`;

const cases: readonly (readonly [title: string, text: string, found: Record<string, string>])[] = [
	['an empty one', '', {}],
	[
		'several packages',
		`${stanza('bash', '5.2.37-2+b5')}\n${stanza('zsh', '5.9-8')}\n`,
		{bash: '5.2.37-2+b5', zsh: '5.9-8'},
	],
	[
		'lines that go on with a field, and look like one',
		`${stanza('bash', '1', 'Description: a shell\n Version: 2\n .\n Package: other\n')}`,
		{bash: '1'},
	],
	[
		'files of its own, and spaces at the ends of lines',
		'Package: a \nStatus: hold ok installed\t\nConffiles:\n /etc/a 0123\nVersion:  1:2 \n',
		{a: '1:2'},
	],
	[
		'packages that are gone',
		[
			stanza('gone', '1', '', 'deinstall ok config-files'),
			stanza('never', '1', '', 'purge ok not-installed'),
			stanza('half', '1', '', 'install ok half-configured'),
		].join('\n'),
		{half: '1'},
	],
	[
		'one package for two architectures',
		`${stanza('c', '1', 'Architecture: amd64\nMulti-Arch: same\n')}\n${stanza('c', '2', 'Architecture: i386\nMulti-Arch: same\n')}`,
		{'c:amd64': '1', 'c:i386': '2'},
	],
	[
		'what lacks its name or version',
		'Version: 1\nStatus: install ok installed\n\nPackage: a\n',
		{},
	],
	['anything', 'no database\n\u0000: \n\n\n:::\n', {}],
];

for (const [title, text, found] of cases)
	test(`has the packages of ${title}`, () => {
		assert.equal(Object.fromEntries(parseDpkgStatus(text)), found);
	});

test('takes a long line in its stride', () => {
	const text = stanza('a', '1', `Depends: ${'x (>= 1), '.repeat(200_000)}\n`);
	assert.equal([...parseDpkgStatus(text)], [['a', '1']]);
});

test.run();
