import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	parseContainerEnvironment,
	unpullableWarning,
	updateReference,
	whyUnpullable,
} from '../../../engine/deployment/image-reference.ts';
import {UsageError} from '../../../engine/errors.ts';

const test = suite('image reference');

// As podman 4.3.1 writes it.
const environment = (image: string, imageid = 'ab'.repeat(32)): string => `engine="podman-4.3.1"
name="great_moser"
id="00a8a6d3bd7ae2b1d3e9d9a6a3b1c5bb6d79c1cbd1b4d3e5f29d4de2cc8e13c1"
image="${image}"
imageid="${imageid}"
rootless=0
`;
const local = {reason: 'is on this host alone', better: 'REGISTRY/myos:latest'};

test('reads what podman says about a container', () => {
	assert.equal(parseContainerEnvironment(environment('localhost/myos:latest')), {
		name: 'great_moser',
		image: 'localhost/myos:latest',
		configDigest: `sha256:${'ab'.repeat(32)}`,
	});
});

for (const text of ['', 'image=\n', 'image="\nimageid="x"\n', '\0\0', 'image="\\x"'])
	test(`takes nothing from ${JSON.stringify(text)}`, () =>
		assert.equal(parseContainerEnvironment(text), {
			name: undefined,
			image: undefined,
			configDigest: undefined,
		}));

const fromContainer = environment('registry.example.com/a:1');
const fromLocalBuild = environment('localhost/myos:latest');
const settings = 'reference = "registry.example.com/b:2"';
const choices: readonly (readonly [string, Parameters<typeof updateReference>[0], unknown])[] = [
	[
		'takes what the person says, before all',
		{
			option: 'registry.example.com/c:3',
			containerEnvironment: fromContainer,
			imageSettings: settings,
		},
		{image: 'registry.example.com/c:3', source: 'option', unpullable: undefined},
	],
	[
		'takes what the person says even if nobody can pull it',
		{option: 'localhost/myos:latest', imageSettings: settings},
		{image: 'localhost/myos:latest', source: 'option', unpullable: local},
	],
	[
		'takes what the container was started from, before what the image says',
		{containerEnvironment: fromContainer, imageSettings: settings},
		{image: 'registry.example.com/a:1', source: 'container', unpullable: undefined},
	],
	[
		'takes what the image says, before the name of a local build',
		{containerEnvironment: fromLocalBuild, imageSettings: settings},
		{image: 'registry.example.com/b:2', source: 'image', unpullable: undefined},
	],
	[
		'takes the name of a local build when there is no other, with the reason against it',
		{containerEnvironment: fromLocalBuild, imageSettings: '# nothing'},
		{image: 'localhost/myos:latest', source: 'container', unpullable: local},
	],
	['knows none from an empty environment file', {containerEnvironment: ''}, undefined],
	['knows none from nothing', {}, undefined],
];
for (const [title, sources, expected] of choices)
	test(title, () => assert.equal(updateReference(sources), expected));

const noRegistry = 'names no registry';
const judged: readonly (readonly [string, ReturnType<typeof whyUnpullable>])[] = [
	['registry.example.com/myos', undefined],
	['registry.example.com:5000/team/myos:1', undefined],
	['10.0.2.2:5000/myos:1', undefined],
	['ghcr.io/a/b@sha256:'.concat('0'.repeat(64)), undefined],
	['localhost/myos', {reason: 'is on this host alone', better: 'REGISTRY/myos:latest'}],
	['localhost:5000/a/b:1', {reason: 'is on this host alone', better: 'REGISTRY/a/b:1'}],
	['127.0.0.1:5000/b:1', {reason: 'is on this host alone', better: 'REGISTRY/b:1'}],
	['debian:13', {reason: noRegistry, better: 'REGISTRY/debian:13'}],
	['team/myos:1', {reason: noRegistry, better: 'REGISTRY/team/myos:1'}],
	['example.com/My OS', {reason: 'is not an image reference', better: 'REGISTRY/NAME:TAG'}],
	...['3f2a9c1b4d5e', 'ab'.repeat(32), `sha256:${'ab'.repeat(32)}`].map(
		(id) =>
			[
				id,
				{
					reason: 'is the ID of an image on one host, not a name in a registry',
					better: 'REGISTRY/NAME:TAG',
				},
			] as const,
	),
];
for (const [image, expected] of judged)
	test(`judges ${image}`, () => assert.equal(whyUnpullable(image), expected));

test('tells the installing and the installed what to do', () => {
	assert.equal(unpullableWarning('localhost/myos:latest', local, 'install'), {
		code: 'unpullable-reference',
		message: 'localhost/myos:latest is on this host alone: no update can come from there',
		hint: 'Push the image to a registry that the machine reaches, and install with --target-image REGISTRY/myos:latest.',
	});
	assert.is(
		unpullableWarning('localhost/myos:latest', local, 'install again').hint,
		'Push the image to a registry that the machine reaches, and install again with --target-image REGISTRY/myos:latest.',
	);
});

const expected = 'expected reference = "REGISTRY/NAME:TAG"';
const mistakes: readonly (readonly [string, string])[] = [
	['# where from\nreference = 3', `line 2: reference is not a string, ${expected}`],
	['reference = [\n"a"]', `line 1: reference is not a string, ${expected}`],
	['\n\nreference = ', `line 3: invalid value, ${expected}`],
];
for (const [imageSettings, message] of mistakes)
	test(`names file, line and what was expected for ${JSON.stringify(imageSettings)}`, () => {
		try {
			updateReference({imageSettings});
			assert.unreachable('took it');
		} catch (error) {
			assert.instance(error, UsageError);
			assert.is((error as UsageError).message, `/usr/lib/slipway/image.toml, ${message}`);
		}
	});

test.run();
