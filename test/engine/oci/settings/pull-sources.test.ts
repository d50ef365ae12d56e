import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseReference} from '../../../../engine/oci/reference.ts';
import {pullSources} from '../../../../engine/oci/settings/pull-sources.ts';
import {mergeRegistries} from '../../../../engine/oci/settings/registries.ts';
import {parseRegistriesFile} from '../../../../engine/oci/settings/registries-file.ts';
import {failure, told} from './failure.ts';

const test = suite('pull sources');
const path = '/etc/containers/registries.conf';
const digest = `@sha256:${'ab'.repeat(32)}`;

function sources(text: string, reference: string): string[] {
	const registries = mergeRegistries([parseRegistriesFile({path, text})]);
	return pullSources(registries, parseReference(reference)).map(
		({host, repository, insecure}) => `${host} ${repository}${insecure ? ' insecure' : ''}`,
	);
}

test('of a name that nobody speaks of are the registry it names', () => {
	assert.equal(sources('', 'a.example.com:5000/x/y:1'), ['a.example.com:5000 x/y']);
	assert.equal(sources('[[registry]]\nlocation = "b.example.com"', 'docker.io/debian'), [
		'docker.io library/debian',
	]);
});

const mirrored = `
[[registry]]
prefix = "a.example.com/ns"
location = "b.example.com/other"
insecure = true
[[registry.mirror]]
location = "m.example.com:5000"
[[registry.mirror]]
location = "tags.example.com/a"
pull-from-mirror = "tag-only"
[[registry.mirror]]
location = "digests.example.com/a"
insecure = true
pull-from-mirror = "digest-only"
`;
test('are the mirrors for a tag or a digest in order, and the registry last', () => {
	assert.equal(sources(mirrored, 'a.example.com/ns/app:1'), [
		'm.example.com:5000 app',
		'tags.example.com a/app',
		'b.example.com other/app insecure',
	]);
	for (const reference of [`a.example.com/ns/app${digest}`, `a.example.com/ns/app:1${digest}`])
		assert.equal(sources(mirrored, reference), [
			'm.example.com:5000 app',
			'digests.example.com a/app insecure',
			'b.example.com other/app insecure',
		]);
	assert.equal(sources(mirrored, 'a.example.com/nsx/app'), ['a.example.com nsx/app']);
});

test('are without mirrors for a tag where those are for digests', () => {
	const text = `[[registry]]\nlocation = "a.example.com"\nmirror-by-digest-only = true\nmirror = [{location = "m.example.com"}]`;
	assert.equal(sources(text, 'a.example.com/x:1'), ['a.example.com x']);
	assert.equal(sources(text, `a.example.com/x${digest}`), ['m.example.com x', 'a.example.com x']);
});

test('of a wildcard keep the name, or put a place for the host', () => {
	const wildcard = '[[registry]]\nprefix = "*.example.com"\n';
	assert.equal(sources(`${wildcard}insecure = true`, 'a.b.example.com:5000/x'), [
		'a.b.example.com:5000 x insecure',
	]);
	assert.equal(
		sources(
			`${wildcard}location = "c.example.org"\nmirror = [{location = "m.example.org/cache"}]`,
			'a.b.example.com/x',
		),
		['m.example.org cache/x', 'c.example.org x'],
	);
});

test('of a repository that is moved whole have its new name', () => {
	const text = '[[registry]]\nprefix = "a.example.com/x"\nlocation = "docker.io/debian"';
	assert.equal(sources(text, 'a.example.com/x:1'), ['docker.io library/debian']);
});

test('are refused for a blocked name, with who says so', async () => {
	const text =
		'[[registry]]\nlocation = "ok.example.com"\n[[registry]]\nprefix = "*.example.com"\nblocked = true';
	assert.equal(sources(text, 'ok.example.com/x'), ['ok.example.com x']);
	assert.is(
		await told(() => sources(text, 'a.example.com/ns/x:1')),
		`registry-blocked: a.example.com/ns/x is blocked by ${path}, line 3`,
	);
	assert.is(
		(await failure(() => sources(text, 'a.example.com/x'))).hint,
		'Name an image of another registry, or allow this one there.',
	);
});

test('leave out a place that is blocked under its own name', async () => {
	const blocked = '[[registry]]\nlocation = "bad.example.com"\nblocked = true\n';
	const mirror = 'mirror = [{location = "bad.example.com/cache"}]';
	assert.equal(
		sources(`${blocked}[[registry]]\nlocation = "a.example.com"\n${mirror}`, 'a.example.com/x'),
		['a.example.com x'],
	);
	assert.is(
		await told(() =>
			sources(
				`${blocked}[[registry]]\nprefix = "a.example.com"\nlocation = "bad.example.com/y"\nblocked = false`,
				'a.example.com/x',
			),
		),
		`registry-blocked: bad.example.com/y/x is blocked by ${path}, line 1`,
	);
});

const misplaced: readonly (readonly [location: string, moved: string])[] = [
	['b', 'b/ns/x'],
	['b.example.com/Upper', 'b.example.com/Upper/ns/x'],
	['b.example.com:port', 'b.example.com:port/ns/x'],
	['b.example.com/../..', 'b.example.com/../../ns/x'],
	['../etc', '../etc/ns/x'],
	['b.example.com/y:1', 'b.example.com/y:1/ns/x'],
	[`b.example.com/y${digest}`, `b.example.com/y${digest}/ns/x`],
	['b example.com', 'b example.com/ns/x'],
];
test('are a mistake where the location makes no repository', async () => {
	for (const [location, moved] of misplaced)
		assert.is(
			await told(() =>
				sources(
					`[[registry]]\nprefix = "a.example.com"\nlocation = "${location}"`,
					'a.example.com/ns/x',
				),
			),
			`usage: ${path}, line 1: location "${location}" makes ${moved} of a.example.com/ns/x`,
		);
	assert.is(
		await told(() =>
			sources(
				'[[registry]]\nprefix = "a.example.com/x"\nlocation = "b.example.com/y:1"',
				'a.example.com/x',
			),
		),
		`usage: ${path}, line 1: location "b.example.com/y:1" makes b.example.com/y:1 of a.example.com/x`,
	);
});

test.run();
