import {symlinkSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {formatReference} from '../../../../engine/oci/reference.ts';
import type {SettingsPlaces} from '../../../../engine/oci/settings/places.ts';
import {readRegistries} from '../../../../engine/oci/settings/read-registries.ts';
import {resolveReference} from '../../../../engine/oci/settings/short-name.ts';
import {failure, told} from './failure.ts';
import {SettingsRoots} from './settings-root.ts';

const test = suite('files of registries');
const roots = new SettingsRoots();
test.after(() => roots.remove());

/** Files that say of each of their prefixes which of them said it. */
function files(paths: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(paths).map(([file, prefixes]) => [
			file,
			prefixes
				.split(' ')
				.map((prefix) => `[[registry]]\nlocation = "${prefix}"\n`)
				.join(''),
		]),
	);
}

async function origins(places: SettingsPlaces): Promise<Record<string, string>> {
	const {registries} = await readRegistries(places);
	return Object.fromEntries(
		registries.map(({prefix, origin}) => [prefix, origin.replace(/, line .*/, '')]),
	);
}

const home = '/root/.config/containers';
const all = files({
	'/usr/share/containers/registries.conf': 'share',
	'/usr/share/containers/registries.conf.d/10-a.conf': 'a b',
	'/usr/share/containers/registries.conf.d/20-b.conf': 'b',
	'/usr/share/containers/registries.rootful.conf.d/30-c.conf': 'c',
	'/usr/share/containers/registries.rootless.conf.d/90-d.conf': 'rootless',
	'/etc/containers/registries.conf': 'etc c',
	'/etc/containers/registries.conf.d/10-a.conf': 'a',
	'/etc/containers/registries.conf.d/15-d.conf': 'd b',
	'/etc/containers/registries.conf.d/README': 'no',
	[`${home}/registries.conf`]: 'home',
	[`${home}/registries.conf.d/30-c.conf`]: 'c',
});

test('are one main file and all that is dropped in, by file name', async () => {
	assert.equal(await origins(roots.make(all, {environment: {HOME: '/root'}})), {
		etc: '/etc/containers/registries.conf',
		c: '/usr/share/containers/registries.rootful.conf.d/30-c.conf',
		a: '/etc/containers/registries.conf.d/10-a.conf',
		d: '/etc/containers/registries.conf.d/15-d.conf',
		b: '/usr/share/containers/registries.conf.d/20-b.conf',
	});
});

test('are those of a home above all others, when asked for', async () => {
	const expected = {
		home: `${home}/registries.conf`,
		a: '/etc/containers/registries.conf.d/10-a.conf',
		d: '/etc/containers/registries.conf.d/15-d.conf',
		b: '/usr/share/containers/registries.conf.d/20-b.conf',
		c: `${home}/registries.conf.d/30-c.conf`,
	};
	for (const environment of [{HOME: '/root'}, {HOME: '/x', XDG_CONFIG_HOME: '/root/.config'}])
		assert.equal(await origins(roots.make(all, {environment, includesHome: true})), expected);
	assert.is(
		(await origins(roots.make(all, {includesHome: true}))).etc,
		'/etc/containers/registries.conf',
	);
});

test('may be one that the environment names, and one more above', async () => {
	const named = {...all, ...files({'/srv/a.conf': 'a', '/srv/above.conf': 'above'})};
	const above = {CONTAINERS_REGISTRIES_CONF_OVERRIDE: '/srv/above.conf'};
	const alone = {CONTAINERS_REGISTRIES_CONF: '/srv/a.conf'};
	assert.equal(await origins(roots.make(named, {environment: {...alone, ...above}})), {
		a: '/srv/a.conf',
		above: '/srv/above.conf',
	});
	const both = await origins(roots.make(named, {environment: above}));
	assert.equal([both.above, both.etc], ['/srv/above.conf', '/etc/containers/registries.conf']);
	assert.is(
		await told(() => readRegistries(roots.make(all, {environment: alone}))),
		'usage: CONTAINERS_REGISTRIES_CONF names /srv/a.conf, and there is no such file',
	);
});

test('are none on a system without any', async () => {
	assert.equal(await origins(roots.make({})), {});
});

test('may be masked by a link to nothing', async () => {
	const places = roots.make(all);
	symlinkSync('/dev/null', path.join(places.root, '/etc/containers/registries.conf.d/20-b.conf'));
	assert.is((await origins(places)).b, '/etc/containers/registries.conf.d/15-d.conf');
});

test('stop at a mistake in one of them', async () => {
	const file = '/usr/share/containers/registries.conf.d/a.conf';
	const work = () => readRegistries(roots.make({[file]: '[[registry]]\n'}));
	assert.match(await told(work), `usage: ${file}, line 1: a registry has no location`);
	assert.is((await failure(work)).hint, `Correct ${file} in the image and build it again.`);
});

const aliases = {
	'/etc/containers/registries.conf': 'unqualified-search-registries = ["docker.io"]',
	'/etc/containers/registries.conf.d/000-shortnames.conf':
		'[aliases]\nmyos = "registry.example.com/ns/myos"\n"team/tool" = "docker.io/tool"\nold = "a.com/old"',
	'/etc/containers/registries.conf.d/100-own.conf': '[aliases]\nold = ""',
};
test('put short names in full by alias alone', async () => {
	const places = roots.make(aliases);
	const digest = `@sha256:${'ab'.repeat(32)}`;
	const full = async (text: string) => formatReference(await resolveReference(text, places));
	assert.is(await full('myos'), 'registry.example.com/ns/myos:latest');
	assert.is(await full('myos:1.2'), 'registry.example.com/ns/myos:1.2');
	assert.is(await full(`myos${digest}`), `registry.example.com/ns/myos${digest}`);
	assert.is(await full('team/tool:1'), 'docker.io/library/tool:1');
	assert.is(await full('a.example.com/myos'), 'a.example.com/myos:latest');
	for (const name of ['other', 'old:1', 'myos/x', 'docker://myos', '__proto__'])
		assert.is(
			await told(() => full(name)),
			`usage: "${name}" is not an image reference: it names no registry`,
		);
	assert.is(
		(await failure(() => full('other:1'))).hint,
		'Write the registry too, such as docker.io/other:1.',
	);
});

test.run();
