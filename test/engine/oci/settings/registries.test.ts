import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	findRegistry,
	matchedLength,
	mergeRegistries,
} from '../../../../engine/oci/settings/registries.ts';
import {parseRegistriesFile} from '../../../../engine/oci/settings/registries-file.ts';

const test = suite('registries');
const merge = (...texts: string[]) =>
	mergeRegistries(texts.map((text, index) => parseRegistriesFile({path: `${index}`, text})));

const matches: readonly (readonly [prefix: string, name: string, covered: string | undefined])[] = [
	['example.com', 'example.com/a', 'example.com'],
	['example.com', 'example.com', 'example.com'],
	['example.com', 'example.com:5000/a', 'example.com'],
	['example.com:5000', 'example.com:5000/a', 'example.com:5000'],
	['example.com:5000', 'example.com/a', undefined],
	['example.com:50', 'example.com:5000/a', undefined],
	['example.com', 'example.community/a', undefined],
	['example.com', 'a.example.com/a', undefined],
	['example.com/a', 'example.com/a', 'example.com/a'],
	['example.com/a', 'example.com/a/b/c', 'example.com/a'],
	['example.com/a', 'example.com/ab', undefined],
	['example.com/a/b', 'example.com/a', undefined],
	['*.example.com', 'a.example.com/x', 'a.example.com'],
	['*.example.com', 'a.b.example.com:5000/x', 'a.b.example.com'],
	['*.example.com', 'a.example.com.example.com/x', 'a.example.com.example.com'],
	['*.example.com', 'example.com/x', undefined],
	['*.example.com', 'badexample.com/x', undefined],
	['*.example.com', 'other.com/a.example.com', undefined],
	['*.example.com', 'a.example.com.other.com/x', undefined],
];
test('match names up to a border', () => {
	for (const [prefix, name, covered] of matches) {
		const length = matchedLength(name, prefix);
		assert.is(
			length === undefined ? undefined : name.slice(0, length),
			covered,
			`${prefix} ${name}`,
		);
	}
});

test('are found by the longest prefix, whatever their order', () => {
	const registries = merge(
		['*.example.com', 'a.example.com', 'a.example.com/ns/app', 'a.example.com/ns']
			.map((prefix) => `[[registry]]\nprefix = "${prefix}"\nlocation = "m.example.org"`)
			.join('\n'),
	);
	const prefixOf = (name: string) => findRegistry(registries, name)?.prefix;
	assert.equal(
		[
			'a.example.com/ns/app',
			'a.example.com/ns/b',
			'a.example.com/x',
			'b.example.com/x',
			'c.org/x',
		].map(prefixOf),
		['a.example.com/ns/app', 'a.example.com/ns', 'a.example.com', '*.example.com', undefined],
	);
});

test('of a later file replace those of the same prefix whole', () => {
	const {registries} = merge(
		'[[registry]]\nlocation = "a"\ninsecure = true\nmirror = [{location = "m"}]\n[[registry]]\nlocation = "b"',
		'[[registry]]\nprefix = "a"\nlocation = "c"\n',
	);
	assert.equal(
		registries.toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1)),
		[
			{
				prefix: 'a',
				location: 'c',
				insecure: false,
				blocked: false,
				mirrors: [],
				origin: '1, line 1',
			},
			{
				prefix: 'b',
				location: 'b',
				insecure: false,
				blocked: false,
				mirrors: [],
				origin: '0, line 5',
			},
		],
	);
});

test('of one file and prefix are those of the first table', () => {
	const twice = ['x', 'y'].map((place) => `[[registry]]\nprefix = "a"\nlocation = "${place}"\n`);
	assert.is(findRegistry(merge(twice.join('')), 'a/b')?.location, 'x');
});

test('have aliases one by one and helpers as a whole', () => {
	const {aliases, credentialHelpers} = merge(
		'credential-helpers = ["a", "b"]\n[aliases]\nx = "a.com/x"\ny = "a.com/y"',
		'[aliases]\nx = "b.com/x"',
		'credential-helpers = ["c"]\n[aliases]\ny = ""',
	);
	assert.equal(
		[...aliases],
		[
			['x', 'b.com/x'],
			['y', ''],
		],
	);
	assert.equal(credentialHelpers, ['c']);
	const none = ['containers-auth.json'];
	assert.equal(merge().credentialHelpers, none);
	assert.equal(
		merge('credential-helpers = ["a"]', 'credential-helpers = []').credentialHelpers,
		none,
	);
});

test.run();
