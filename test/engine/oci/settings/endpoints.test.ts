import {readFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseReference} from '../../../../engine/oci/reference.ts';
import {endpointsFor} from '../../../../engine/oci/settings/endpoints.ts';
import {fakeSystem} from '../../../../engine/system/fake.ts';
import {told} from './failure.ts';
import {SettingsRoots} from './settings-root.ts';

const test = suite('endpoints');
const roots = new SettingsRoots();
test.after(() => roots.remove());

const ca = readFileSync(path.resolve(import.meta.dirname, '../../../fixtures/tls/ca.crt'), 'utf8');
const registriesFile = '/etc/containers/registries.conf';

function authFile(users: Readonly<Record<string, string>>, rest: object = {}): string {
	const auths = Object.entries(users).map(([key, user]) => [
		key,
		{auth: Buffer.from(`${user}:pw`).toString('base64')},
	]);
	return JSON.stringify({auths: Object.fromEntries(auths), ...rest});
}

const password = (username: string) => ({kind: 'password', username, password: 'pw'});

test('are the registry itself, as it is, on a system without settings', async () => {
	const places = roots.make({});
	assert.equal(
		await endpointsFor(fakeSystem(), parseReference('a.example.com/ns/myos:1'), {places}),
		[
			{
				host: 'a.example.com',
				repository: 'ns/myos',
				insecure: false,
				credentials: undefined,
				tls: {ca: []},
			},
		],
	);
});

test('have credentials and certificates of the place that is asked', async () => {
	const places = roots.make({
		[registriesFile]: `
[[registry]]
prefix = "a.example.com/ns"
location = "b.example.com:5000/moved"
[[registry.mirror]]
location = "m.example.com"
insecure = true
[[registry.mirror]]
location = "a.example.com/cache"`,
		'/etc/ostree/auth.json': authFile({
			'a.example.com/ns': 'named',
			'a.example.com/cache': 'cache',
			'b.example.com:5000': 'moved',
		}),
		'/etc/containers/certs.d/b.example.com:5000/ca.crt': ca,
		'/etc/containers/certs.d/a.example.com/none': '',
	});
	assert.equal(
		await endpointsFor(fakeSystem(), parseReference('a.example.com/ns/myos:1'), {places}),
		[
			{
				host: 'm.example.com',
				repository: 'myos',
				insecure: true,
				credentials: undefined,
				tls: {ca: []},
			},
			{
				host: 'a.example.com',
				repository: 'cache/myos',
				insecure: false,
				credentials: password('cache'),
				tls: {ca: []},
			},
			{
				host: 'b.example.com:5000',
				repository: 'moved/myos',
				insecure: false,
				credentials: password('moved'),
				tls: {ca: [ca]},
			},
		],
	);
});

test('have the credentials of the first file that knows some', async () => {
	const files = {
		'/run/ostree/auth.json': authFile({'a.example.com': 'run'}),
		'/etc/ostree/auth.json': authFile({'a.example.com/ns': 'etc', 'b.example.com': 'etc'}),
		'/run/containers/0/auth.json': authFile({'c.example.com': 'podman', 'b.example.com': 'podman'}),
		'/root/.docker/config.json': authFile({'d.example.com': 'home'}),
	};
	const places = roots.make(files, {environment: {HOME: '/root'}});
	const usersOf = (options: object) =>
		Promise.all(
			['a', 'b', 'c', 'd'].map(async (name) => {
				const reference = parseReference(`${name}.example.com/ns/myos`);
				const [endpoint] = await endpointsFor(fakeSystem(), reference, {places, ...options});
				const credentials = endpoint?.credentials;
				return credentials?.kind === 'password' ? credentials.username : undefined;
			}),
		);
	assert.equal(await usersOf({}), ['run', 'etc', 'podman', undefined]);
	assert.equal(await usersOf({places: {...places, includesHome: true}}), [
		'run',
		'etc',
		'podman',
		'home',
	]);
	assert.equal(await usersOf({authFile: '/run/containers/0/auth.json'}), [
		undefined,
		'podman',
		'podman',
		undefined,
	]);
});

test('stop at a broken file of credentials, but not at one behind it', async () => {
	const files = {
		'/run/ostree/auth.json': authFile({'a.example.com': 'run'}),
		'/etc/ostree/auth.json': 'hunter2',
	};
	const of = (name: string) =>
		endpointsFor(fakeSystem(), parseReference(name), {places: roots.make(files)});
	assert.equal((await of('a.example.com/x'))[0]?.credentials, password('run'));
	assert.is(
		await told(() => of('b.example.com/x')),
		'usage: /etc/ostree/auth.json is no file of registry credentials: it is not JSON',
	);
});

test('miss a file of credentials that is named and not there', async () => {
	const reference = parseReference('a.example.com/x');
	assert.is(
		await told(() =>
			endpointsFor(fakeSystem(), reference, {places: roots.make({}), authFile: '/none.json'}),
		),
		'usage: --authfile names /none.json, and there is no such file',
	);
	const places = roots.make({}, {environment: {REGISTRY_AUTH_FILE: '/none.json'}});
	assert.is(
		await told(() => endpointsFor(fakeSystem(), reference, {places})),
		'usage: REGISTRY_AUTH_FILE names /none.json, and there is no such file',
	);
});

/** A system whose helper `asked` knows one host, and `silent` none. */
function withHelpers() {
	const unknown = {status: 1, stdout: 'credentials not found in native keychain\n', stderr: ''};
	return fakeSystem(
		{},
		{
			'docker-credential-silent': () => unknown,
			'docker-credential-asked': '{"Username": "helper", "Secret": "pw"}',
		},
	);
}

test('have what a helper says, for the host it is named for', async () => {
	const places = roots.make({
		'/etc/ostree/auth.json': authFile(
			{'a.example.com': 'file', 'b.example.com': 'file'},
			{credHelpers: {'a.example.com': 'asked', 'b.example.com': 'silent'}},
		),
		'/run/containers/0/auth.json': authFile({'b.example.com': 'podman'}),
	});
	const system = withHelpers();
	const credentialsOf = async (name: string) =>
		(await endpointsFor(system, parseReference(name), {places}))[0]?.credentials;
	assert.equal(await credentialsOf('a.example.com/x'), password('helper'));
	assert.equal(await credentialsOf('b.example.com/x'), password('podman'));
	assert.equal(
		system.calls.map(({args: [command, args, options]}) => [command, args, options]),
		['asked', 'silent'].map((suffix) => [
			`docker-credential-${suffix}`,
			['get'],
			{input: `${suffix === 'asked' ? 'a' : 'b'}.example.com`, okStatuses: [0, 1]},
		]),
	);
});

test('ask the helpers of registries.conf in their order', async () => {
	const helpersOf = async (list: string, user: string) => {
		const places = roots.make({
			[registriesFile]: `credential-helpers = [${list}]`,
			'/etc/ostree/auth.json': authFile({[user]: 'file'}),
		});
		const system = withHelpers();
		const [endpoint] = await endpointsFor(system, parseReference('a.example.com/x'), {places});
		return [endpoint?.credentials, system.commandLines()];
	};
	const silent = 'docker-credential-silent get';
	const asked = 'docker-credential-asked get';
	const list = '"silent", "containers-auth.json", "asked"';
	assert.equal(await helpersOf(list, 'a.example.com'), [password('file'), [silent]]);
	assert.equal(await helpersOf(list, 'b.example.com'), [password('helper'), [silent, asked]]);
	assert.equal(await helpersOf('"silent"', 'a.example.com'), [undefined, [silent]]);
	assert.is(
		await told(() => helpersOf('"../asked"', 'a.example.com')),
		'usage: credential-helpers in registries.conf: "../asked" is no credential helper',
	);
});

test('of a blocked registry are refused before anybody is asked', async () => {
	const places = roots.make({
		[registriesFile]:
			'credential-helpers = ["asked"]\n[[registry]]\nlocation = "a.example.com"\nblocked = true',
	});
	const system = withHelpers();
	assert.is(
		await told(() => endpointsFor(system, parseReference('a.example.com/x'), {places})),
		`registry-blocked: a.example.com/x is blocked by ${registriesFile}, line 2`,
	);
	assert.equal(system.commandLines(), []);
});

test.run();
