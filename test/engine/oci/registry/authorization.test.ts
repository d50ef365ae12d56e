import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {RegistryCredentials} from '../../../../engine/oci/registry/endpoint.ts';
import {parseToken} from '../../../../engine/oci/registry/token.ts';
import {fakePorts} from './fake-ports.ts';
import {
	type FakeRegistry,
	type Fault,
	type RegistryOptions,
	type SeenRequest,
	startRegistry,
} from './fake-registry.ts';
import {amd64, failure, sourceOf, threeLayers, treeOf} from './images.ts';

const test = suite('logins at registries');
const started: FakeRegistry[] = [];
test.after.each(() => {
	for (const registry of started.splice(0)) registry.close();
});

async function start(options: RegistryOptions): Promise<FakeRegistry> {
	const registry = await startRegistry(options);
	started.push(registry);
	return registry;
}

const {blobs, index} = threeLayers();
const whole = {blobs, tags: {1: index}};
const password = {kind: 'password', username: 'user', password: 'pass:word'} as const;
const identity = {kind: 'identity-token', token: 'refresh&me'} as const;
const basic = `Basic ${Buffer.from('user:pass:word').toString('base64')}`;

function unauthorized(challenge: string): Fault {
	return {status: 401, headers: {'www-authenticate': challenge}};
}

/** A registry that takes tokens of its own `/token`, which numbers them. */
async function tokenRegistry(
	{expiresIn = 300, isValid = (_token: number, _request: SeenRequest): boolean => true} = {},
	answerToken: (number: number) => Fault = (number) => ({
		body: JSON.stringify({token: `token-${number}`, expires_in: expiresIn}),
	}),
): Promise<FakeRegistry> {
	let issued = 0;
	const registry = await start({
		...whole,
		onRequest: (request) => {
			if (request.path.startsWith('/token')) return answerToken(++issued);
			const token = Number(/^Bearer token-(\d+)$/.exec(request.headers.authorization ?? '')?.[1]);
			if (token > 0 && isValid(token, request)) return undefined;
			return unauthorized(`Bearer realm="http://${registry.host}/token",service="a, b"`);
		},
	});
	return registry;
}

const tokens = (registry: FakeRegistry) =>
	registry.requests.filter(({path}) => path.startsWith('/token'));

test('with a password go with each request to a registry that wants Basic, but the first', async () => {
	const onRequest = ({headers}: SeenRequest) =>
		headers.authorization === basic ? undefined : unauthorized('Basic realm="r"');
	const registry = await start({...whole, onRequest});
	await treeOf(sourceOf([registry.endpoint({credentials: password})]));
	const sent = registry.requests.map(({headers}) => headers.authorization);
	assert.is(sent[0], undefined);
	assert.equal(new Set(sent.slice(1)), new Set([basic]));
	assert.is(registry.requests.length, 7);
});

test('are not sent to a registry that does not ask', async () => {
	const registry = await start(whole);
	await treeOf(sourceOf([registry.endpoint({credentials: password})]));
	assert.ok(registry.requests.every(({headers}) => headers.authorization === undefined));
});

test('are sent where the first answer did not ask and a later one does', async () => {
	const onRequest = ({path, headers}: SeenRequest) =>
		path === '/v2/' || headers.authorization === basic
			? undefined
			: unauthorized('Basic realm="r"');
	const registry = await start({...whole, onRequest});
	await treeOf(sourceOf([registry.endpoint({credentials: password})]));
	const refused = registry.requests.filter(
		({path, headers}) => path !== '/v2/' && headers.authorization === undefined,
	);
	assert.is(refused.length, 1);
});

test('that are wrong end in an error that does not have them', async () => {
	const echo = ({headers: {authorization = ''}}: SeenRequest) => ({
		...unauthorized('Basic realm="r"'),
		body: JSON.stringify({errors: [{code: 'UNAUTHORIZED', message: `no ${authorization}`}]}),
	});
	const registry = await start({onRequest: echo});
	const ports = fakePorts();
	const error = await failure(
		sourceOf([registry.endpoint({credentials: password})], ports).open(amd64),
	);
	assert.is(error.code, 'registry-unauthorized');
	assert.is(error.message, `${registry.host} does not accept the login for ns/myos (no Basic …)`);
	const command = 'podman login --authfile /etc/ostree/auth.json';
	assert.is(error.hint, `Log in: ${command} ${registry.host}`);
	assert.equal(ports.clock.slept, []);
	assert.is(registry.requests.length, 2);
});

const asked = new URLSearchParams({service: 'a, b', scope: 'repository:ns/myos:pull'});
const ways: readonly (readonly [
	what: string,
	credentials: RegistryCredentials | undefined,
	request: Partial<SeenRequest>,
	authorization: string | undefined,
])[] = [
	['without any', undefined, {method: 'GET', path: `/token?${asked}`, body: ''}, undefined],
	[
		'with a password',
		password,
		{method: 'GET', path: `/token?account=user&${asked}`, body: ''},
		basic,
	],
	[
		'with an identity token',
		identity,
		{
			method: 'POST',
			path: '/token',
			body: 'grant_type=refresh_token&refresh_token=refresh%26me&client_id=slipway&scope=repository%3Ans%2Fmyos%3Apull&service=a%2C+b',
		},
		undefined,
	],
];
for (const [what, credentials, {method, path, body}, authorization] of ways)
	test(`get one token for all requests ${what}`, async () => {
		const registry = await tokenRegistry();
		await treeOf(sourceOf([registry.endpoint({credentials})]));
		const [first, ...more] = tokens(registry);
		assert.equal([first?.method, first?.path, first?.body], [method, path, body]);
		assert.is(first?.headers.authorization, authorization);
		assert.equal(more, []);
	});

test('get a new token shortly before the old one ends, at once for all who need it', async () => {
	const registry = await tokenRegistry({expiresIn: 120});
	const ports = fakePorts();
	const {layers} = await sourceOf([registry.endpoint()], ports).open(amd64);
	ports.clock.advance(109_000);
	await Promise.all(layers.map((layer) => Array.fromAsync(layer.open())));
	assert.is(tokens(registry).length, 1);
	ports.clock.advance(1000);
	await Promise.all(layers.map((layer) => Array.fromAsync(layer.open())));
	assert.is(tokens(registry).length, 2);
});

test('get a new token, once, when the old one is not taken any more', async () => {
	let least = 1;
	const registry = await tokenRegistry({isValid: (token) => token >= least});
	const {layers} = await sourceOf([registry.endpoint()]).open(amd64);
	least = 2;
	const contents = await Promise.all(layers.map((layer) => Array.fromAsync(layer.open())));
	assert.equal(
		contents.map((chunks) => Buffer.concat(chunks).length),
		layers.map(({size}) => size),
	);
	assert.is(tokens(registry).length, 2);
	least = 100;
	const [layer] = layers;
	assert.ok(layer);
	const error = await failure(Array.fromAsync(layer.open()));
	assert.is(error.code, 'registry-unauthorized');
	assert.is(tokens(registry).length, 3);
});

test('get a token for a further scope that is asked for', async () => {
	const scope = 'repository:base/os:pull';
	const registry: FakeRegistry = await start({
		...whole,
		onRequest: (request) => {
			const {path, headers} = request;
			if (path.startsWith('/token'))
				return {body: JSON.stringify({access_token: path.includes('base') ? 'more' : 'less'})};
			const realm = `realm="http://${registry.host}/token"`;
			if (headers.authorization === undefined) return unauthorized(`Bearer ${realm}`);
			const isEnough = headers.authorization === 'Bearer more' || path.includes('/manifests/');
			return isEnough
				? undefined
				: unauthorized(`Bearer ${realm},error="insufficient_scope",scope="${scope}"`);
		},
	});
	await treeOf(sourceOf([registry.endpoint()]));
	assert.equal(
		tokens(registry).map(({path}) => new URL(path, 'http://x').searchParams.getAll('scope')),
		[['repository:ns/myos:pull'], ['repository:ns/myos:pull', scope]],
	);
});

test('that the token server does not know are wrong', async () => {
	for (const status of [400, 401]) {
		const registry = await tokenRegistry({}, () => ({status, body: 'pass:word'}));
		const endpoint = registry.endpoint({credentials: password});
		const error = await failure(sourceOf([endpoint]).open(amd64));
		assert.is(error.code, 'registry-unauthorized');
		assert.is(error.message, `${registry.host} does not accept the login for ns/myos`);
	}
});

test('are tried again when the token server is in trouble', async () => {
	const registry = await tokenRegistry({}, (number) =>
		number < 3 ? {status: 503} : {body: '{"token": "token-1"}'},
	);
	const ports = fakePorts();
	await sourceOf([registry.endpoint()], ports).open(amd64);
	assert.equal(ports.clock.slept, [500, 1000]);
});

test('go to no token server that is not on the web', async () => {
	for (const realm of ['ftp://auth.example.com', 'nonsense', '']) {
		const registry = await start({onRequest: () => unauthorized(`Bearer realm="${realm}"`)});
		const error = await failure(sourceOf([registry.endpoint()]).open(amd64));
		assert.is(error.code, 'registry-protocol');
		assert.is(error.message, `${registry.host} names no token server with https`);
	}
});

test('do not go where a redirect leads, and stay at home after it', async () => {
	const storage = await start({
		onRequest: ({path}) => ({
			body: blobs.all.get(`sha256:${path.slice(1, 65)}`) ?? Buffer.alloc(0),
		}),
	});
	const onRequest = ({path, headers}: SeenRequest) => {
		if (headers.authorization !== basic) return unauthorized('Basic realm="r"');
		const location = `http://${storage.host}/${path.split(':')[1]}?signature=secret`;
		return path.includes('/blobs/') ? {status: 307, headers: {location}} : undefined;
	};
	const registry = await start({...whole, onRequest});
	assert.is((await treeOf(sourceOf([registry.endpoint({credentials: password})]))).length, 4);
	assert.is(storage.requests.length, 4);
	for (const {headers} of storage.requests) {
		assert.is(headers.authorization, undefined);
		assert.is(headers.cookie, undefined);
		assert.is(headers['accept-encoding'], 'identity');
	}
});

test('take a new address from the registry when the old one has run out', async () => {
	const ranOut = new Set<string>();
	const storage = await start({
		onRequest: ({path}) => {
			const hex = path.slice(1, 65);
			if (ranOut.has(hex)) return {body: blobs.all.get(`sha256:${hex}`) ?? Buffer.alloc(0)};
			ranOut.add(hex);
			return {status: 403};
		},
	});
	let addresses = 0;
	const onRequest = ({path}: SeenRequest) => {
		const location = `http://${storage.host}/${path.split(':')[1]}?signature=${++addresses}`;
		return path.includes('/blobs/') ? {status: 307, headers: {location}} : undefined;
	};
	const registry = await start({...whole, onRequest});
	assert.is((await treeOf(sourceOf([registry.endpoint()]))).length, 4);
	assert.is(storage.requests.length, 8);
	assert.is(new Set(storage.paths()).size, 8);
});

test('are not named in what is said of a store that refuses', async () => {
	const storage = await start({onRequest: () => ({status: 403})});
	const location = `http://${storage.host}/blob?X-Signature=secret`;
	const onRequest = ({path}: SeenRequest) =>
		path.includes('/blobs/') ? {status: 307, headers: {location}} : undefined;
	const registry = await start({...whole, onRequest});
	const error = await failure(sourceOf([registry.endpoint()]).open(amd64));
	assert.is(
		error.message,
		`${storage.host}, to which ${registry.host} redirects, answers with status 403`,
	);
});

const answers: readonly (readonly [text: string, value: string | undefined, seconds?: number])[] = [
	['{"token": "a"}', 'a', 60],
	['{"access_token": "b", "expires_in": 3600, "issued_at": "2026-01-01T00:00:00Z"}', 'b', 3600],
	['{"token": "a", "access_token": "b", "expires_in": 5}', 'a', 60],
	['{"token": "", "access_token": "b", "expires_in": "300"}', 'b', 60],
	['{"token": "a\\r\\nX: y"}', undefined],
	['{"token": 5}', undefined],
	['{}', undefined],
	['secret', undefined],
];
for (const [text, value, seconds = 0] of answers)
	test(`get a token from ${text}`, () => {
		const bytes = Buffer.from(text);
		if (value !== undefined) {
			assert.equal(parseToken(bytes, 'h'), {value, lifetimeMs: seconds * 1000});
			return;
		}
		assert.throws(
			() => parseToken(bytes, 'h'),
			(error: Error) => error.message === 'h answers without a token' && error.cause === undefined,
		);
	});

test.run();
