import {chmodSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {authPlaces} from '../../../../engine/oci/settings/auth-places.ts';
import {authFileWarnings} from '../../../../engine/oci/settings/auth-warnings.ts';
import {SettingsRoots} from './settings-root.ts';

const test = suite('places of credentials');
const roots = new SettingsRoots();
test.after(() => roots.remove());

const system = ['/run/ostree/auth.json', '/etc/ostree/auth.json', '/usr/lib/ostree/auth.json'];
const root = '/run/containers/0/auth.json';

const cases: readonly (readonly [
	environment: Record<string, string>,
	includesHome: boolean,
	files: string[],
])[] = [
	[{}, false, [...system, root]],
	[{HOME: '/root', DOCKER_CONFIG: '/d', XDG_CONFIG_HOME: '/c'}, false, [...system, root]],
	[{XDG_RUNTIME_DIR: '/run/user/0'}, false, [...system, '/run/user/0/containers/auth.json', root]],
	[
		{HOME: '/root'},
		true,
		[...system, root, '/root/.config/containers/auth.json', '/root/.docker/config.json'],
	],
	[
		{HOME: '/root', DOCKER_CONFIG: '/d', XDG_CONFIG_HOME: '/c'},
		true,
		[...system, root, '/c/containers/auth.json', '/d/config.json'],
	],
	[{}, true, [...system, root]],
	[{REGISTRY_AUTH_FILE: '', XDG_RUNTIME_DIR: ''}, false, [...system, root]],
];
test('are those of the system, of podman, and of a home when asked for', () => {
	for (const [environment, includesHome, files] of cases)
		assert.equal(
			authPlaces({root: '/', environment, includesHome}, undefined),
			{files, namedBy: undefined},
			JSON.stringify(environment),
		);
});

test('are one alone when it is given', () => {
	const places = {root: '/', environment: {REGISTRY_AUTH_FILE: '/env.json'}, includesHome: true};
	assert.equal(authPlaces(places, '/given.json'), {
		files: ['/given.json'],
		namedBy: '--authfile',
	});
	assert.equal(authPlaces(places, undefined), {
		files: ['/env.json'],
		namedBy: 'REGISTRY_AUTH_FILE',
	});
});

test('are warned of when every user can read them', async () => {
	const files = ['/etc/ostree/auth.json', '/usr/lib/ostree/auth.json', root, '/given.json'];
	const places = roots.make(Object.fromEntries(files.map((file) => [file, '{}'])));
	assert.equal(await authFileWarnings(places), []);
	chmodSync(path.join(places.root, '/etc/ostree/auth.json'), 0o640);
	for (const file of ['/usr/lib/ostree/auth.json', root, '/given.json'])
		chmodSync(path.join(places.root, file), 0o644);
	const message = 'every user of this machine can read the registry credentials in';
	assert.equal(await authFileWarnings(places), [
		{
			code: 'readable-credentials',
			message: `${message} /usr/lib/ostree/auth.json`,
			hint: 'Give /usr/lib/ostree/auth.json mode 0600 in the image, or keep credentials out of it.',
		},
		{
			code: 'readable-credentials',
			message: `${message} ${root}`,
			hint: `Run chmod 600 ${root}`,
		},
	]);
	assert.equal(await authFileWarnings(places, '/given.json'), [
		{
			code: 'readable-credentials',
			message: `${message} /given.json`,
			hint: 'Run chmod 600 /given.json',
		},
	]);
	assert.equal(await authFileWarnings(places, '/missing.json'), []);
});

test.run();
