import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseRegistriesFile} from '../../../../engine/oci/settings/registries-file.ts';
import {failure, told} from './failure.ts';

const test = suite('registries.conf');
const path = '/etc/containers/registries.conf';
const parse = (text: string) => parseRegistriesFile({path, text});

test('has registries, aliases and credential helpers', () => {
	const file = parse(`
unqualified-search-registries = ["docker.io"]
short-name-mode = "enforcing"
credential-helpers = ["containers-auth.json", "secretservice"]

[[registry]]
prefix = "example.com/foo/"
location = "internal.example.com:5000/bar"
insecure = true
some-later-key = 1

[[registry.mirror]]
location = "mirror-a.example.com"
[[registry.mirror]]
location = "mirror-b.example.com/x/"
insecure = true
pull-from-mirror = "tag-only"

[[registry]]
location = "other.example.com"
blocked = true
mirror-by-digest-only = true
mirror = [{location = "mirror-c.example.com"}]

[[registry]]
prefix = "*.example.org"

[aliases]
"myos" = "registry.example.com/ns/myos"
"team/tool" = ""
`);
	assert.equal(file.registries, [
		{
			prefix: 'example.com/foo',
			location: 'internal.example.com:5000/bar',
			insecure: true,
			blocked: false,
			mirrors: [
				{location: 'mirror-a.example.com', insecure: false, serves: 'all'},
				{location: 'mirror-b.example.com/x', insecure: true, serves: 'tag-only'},
			],
			origin: `${path}, line 6`,
		},
		{
			prefix: 'other.example.com',
			location: 'other.example.com',
			insecure: false,
			blocked: true,
			mirrors: [{location: 'mirror-c.example.com', insecure: false, serves: 'digest-only'}],
			origin: `${path}, line 19`,
		},
		{
			prefix: '*.example.org',
			location: undefined,
			insecure: false,
			blocked: false,
			mirrors: [],
			origin: `${path}, line 25`,
		},
	]);
	assert.equal(
		[...file.aliases],
		[
			['myos', 'registry.example.com/ns/myos'],
			['team/tool', ''],
		],
	);
	assert.equal(file.credentialHelpers, ['containers-auth.json', 'secretservice']);
});

test('says nothing when it is empty', () => {
	assert.equal(parse(''), {registries: [], aliases: new Map(), credentialHelpers: undefined});
	assert.equal(parse('credential-helpers = []').credentialHelpers, []);
});

const twoOf = (key: string) =>
	`[[registry]]\nlocation = "a.example.com"\n[[registry]]\nprefix = "b.example.com"\nlocation = "a.example.com/"\n${key} = true`;
const mistakes: readonly (readonly [name: string, text: string, message: string])[] = [
	['broken TOML', 'a = 1\n[[registry', 'line 2: '],
	['a key twice', '[[registry]]\nlocation = "a"\nlocation = "b"', 'line 3: '],
	[
		'the first format',
		'# old\n[registries.search]\nregistries = ["docker.io"]',
		'line 2: [registries.search] is of version 1 of the format, expected [[registry]] tables',
	],
	[
		'the first format beside the second',
		'[[registry]]\nlocation = "a"\n[registries.block]\nregistries = []',
		'line 3: [registries.block] is of version 1 of the format, expected [[registry]] tables',
	],
	[
		'one registry as a table',
		'[registry]\nlocation = "a"',
		'line 1: registry is a table, expected [[registry]] tables',
	],
	[
		'no location',
		'[[registry]]\nlocation = "a"\n[[registry]]\nprefix = "b.example.com"',
		'line 4: a registry has no location, expected one, such as "mirror.example.com"',
	],
	[
		'an empty registry',
		'\n[[registry]]',
		'line 2: a registry has no location, expected one, such as "mirror.example.com"',
	],
	[
		'a URL',
		'[[registry]]\nlocation = "https://a.example.com/"',
		'line 2: "https://a.example.com/" is a URL, expected a host, or a path below one, without https://',
	],
	[
		'a URL of a mirror',
		'[[registry]]\nlocation = "a"\n[[registry.mirror]]\nlocation = "b"\n[[registry.mirror]]\nlocation = "http://c"',
		'line 6: "http://c" is a URL, expected a host, or a path below one, without https://',
	],
	[
		'insecure in words',
		'[[registry]]\nlocation = "a"\ninsecure = "yes"',
		'line 3: insecure is "yes", expected true or false',
	],
	[
		'blocked as a number',
		'[[registry]]\nlocation = "a"\n\nblocked = 1',
		'line 4: blocked is 1, expected true or false',
	],
	[
		'a path below a wildcard',
		'[[registry]]\nprefix = "*.example.com/ns"',
		'line 2: "*.example.com/ns" is no prefix, expected one such as *.example.com',
	],
	[
		'a wildcard in the middle',
		'[[registry]]\nlocation = "a"\nprefix = "example.*.com"',
		'line 3: "example.*.com" is no prefix, expected one such as *.example.com',
	],
	[
		'a mirror without location',
		'[[registry]]\nlocation = "a"\n[[registry.mirror]]\ninsecure = true',
		'line 3: a mirror has no location, expected one, such as "mirror.example.com"',
	],
	[
		'an empty location of a mirror',
		'[[registry]]\nlocation = "a"\n[[registry.mirror]]\nlocation = "/"',
		'line 4: a mirror has no location, expected one, such as "mirror.example.com"',
	],
	[
		'a mirror that serves something else',
		'[[registry]]\nlocation = "a"\n[[registry.mirror]]\nlocation = "b"\npull-from-mirror = "never"',
		'line 5: pull-from-mirror is "never", expected all, digest-only or tag-only',
	],
	[
		'a rule for mirrors at the registry',
		'[[registry]]\nlocation = "a"\npull-from-mirror = "all"',
		'line 3: pull-from-mirror is "all", expected it at mirrors alone',
	],
	[
		'two rules for one mirror',
		'[[registry]]\nlocation = "a"\nmirror-by-digest-only = true\n[[registry.mirror]]\nlocation = "b"\npull-from-mirror = "all"',
		'line 6: pull-from-mirror stands beside mirror-by-digest-only, expected one of the two',
	],
	[
		'one place insecure and not',
		twoOf('insecure'),
		`line 6: insecure of a.example.com is true here and not there, expected what ${path}, line 1 says`,
	],
	[
		'one place blocked and not',
		twoOf('blocked'),
		`line 6: blocked of a.example.com is true here and not there, expected what ${path}, line 1 says`,
	],
	[
		'an alias of a whole name',
		'[aliases]\n"a.example.com/x" = "b.example.com/x"',
		'line 2: "a.example.com/x" is no short name, expected one without registry and tag',
	],
	[
		'an alias with a tag',
		'[aliases]\n\n"x:1" = "b.example.com/x"',
		'line 3: "x:1" is no short name, expected one without registry and tag',
	],
	...[
		'debian',
		'b.example.com/x:1',
		`b.example.com/x@sha256:${'a'.repeat(64)}`,
		'b.example.com/X',
	].map(
		(value) =>
			[
				`an alias for ${value}`,
				`[aliases]\nx = "${value}"`,
				`line 2: "${value}" is none, expected a name with its registry and without tag, such as registry.example.com/myos`,
			] as const,
	),
	[
		'an alias for a number',
		'[aliases]\nx = 1',
		'line 2: x is 1, expected the whole name of an image',
	],
	[
		'one credential helper',
		'credential-helpers = "pass"',
		'line 1: credential-helpers is "pass", expected a list of names',
	],
	[
		'a number of credential helpers',
		'credential-helpers = [1]',
		'line 1: credential-helpers is 1, expected a name in quotes',
	],
];
for (const [name, text, message] of mistakes)
	test(`names file, line and what was expected for ${name}`, async () => {
		const whole = `usage: ${path}, ${message}`;
		assert.is((await told(() => parse(text))).slice(0, whole.length), whole);
		assert.is((await failure(() => parse(text))).hint, `Correct ${path}.`);
	});

test.run();
