import {once} from 'node:events';
import http from 'node:http';
import net, {type AddressInfo} from 'node:net';
import {pipeline} from 'node:stream';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {RegistryEndpoint} from '../../../../engine/oci/registry/endpoint.ts';
import {systemCertificates} from '../../../../engine/oci/registry/system-certificates.ts';
import {makeCertificates} from './certificates.ts';
import {fakePorts} from './fake-ports.ts';
import {type FakeRegistry, type RegistryOptions, startRegistry} from './fake-registry.ts';
import {amd64, failure, sourceOf, threeLayers, treeOf} from './images.ts';

const test = suite('TLS of registries');
const started: {close(): void}[] = [];
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
const certificates = makeCertificates();
const {ca, server, client} = certificates;
const trusted = {tls: {ca: [ca]}};

/** A proxy that leads to the registry, whatever host is asked for, and the variables that name it. */
async function startProxy({host}: FakeRegistry) {
	const tunnels: string[] = [];
	const proxy = http.createServer().listen(0, '127.0.0.1');
	started.push({close: () => proxy.close()});
	await once(proxy, 'listening');
	proxy.on('connect', ({url = '', headers}, socket) => {
		tunnels.push(`${url} ${headers['proxy-authorization']}`);
		const onward = net.connect(Number(host.split(':')[1]), '127.0.0.1');
		socket.write('HTTP/1.1 200 Connected\r\n\r\n');
		pipeline(socket, onward, socket, () => onward.destroy());
	});
	const {port} = proxy.address() as AddressInfo;
	return {proxy, tunnels, environment: {HTTPS_PROXY: `http://user:secret@127.0.0.1:${port}`}};
}

test('is checked with the authority of the endpoint, or of the system', async () => {
	const registry = await start({...whole, tls: server});
	assert.is((await treeOf(sourceOf([registry.endpoint(trusted)]))).length, 4);
	const ports = fakePorts({systemCertificates: () => [ca]});
	assert.is((await treeOf(sourceOf([registry.endpoint()], ports))).length, 4);
});

test('is not checked at an insecure endpoint, which need not have it at all', async () => {
	const ports = fakePorts({
		systemCertificates: () => assert.unreachable('read the certificates') as never,
	});
	for (const registry of [await start({...whole, tls: server}), await start(whole)])
		assert.is((await treeOf(sourceOf([registry.endpoint({insecure: true})], ports))).length, 4);
});

test('is not tried where an insecure registry says without that it is one', async () => {
	const headers = {'docker-distribution-api-version': 'registry/2.0'};
	const registry = await start({
		...whole,
		onRequest: ({path}) => (path === '/v2/' ? {headers} : undefined),
	});
	await sourceOf([registry.endpoint({insecure: true})]).latestDigest();
	assert.equal(registry.paths(), ['GET /v2/', 'HEAD /v2/ns/myos/manifests/1']);
	assert.is(registry.connections, 1);
});

/** What each connection to an insecure endpoint begins with, when none is answered. */
async function firstBytes(more: Partial<RegistryEndpoint>, ports = fakePorts()): Promise<Buffer[]> {
	const seen: Buffer[] = [];
	const server = net.createServer().listen(0, '127.0.0.1');
	started.push({close: () => server.close()});
	await once(server, 'listening');
	server.on('connection', (socket) =>
		socket.once('data', (data: Buffer) => {
			seen.push(data);
			socket.destroy();
		}),
	);
	const {port} = server.address() as AddressInfo;
	const endpoint: RegistryEndpoint = {
		host: `127.0.0.1:${port}`,
		repository: 'ns/private',
		insecure: true,
		credentials: undefined,
		tls: {ca: []},
		...more,
	};
	const error = await failure(sourceOf([endpoint], ports).open(amd64));
	assert.is(error.code, 'registry-interrupted');
	return seen;
}

const handshake = 22;

test('comes after a plain question at an insecure endpoint, which tells nothing', async () => {
	const [question, next] = await firstBytes({});
	assert.match(question?.toString() ?? '', /^GET \/v2\/ HTTP/);
	assert.not.match(question?.toString() ?? '', /private/);
	assert.is(next?.[0], handshake);
});

test('comes first where there is a login, a client certificate or a proxy', async () => {
	const credentials = {kind: 'password', username: 'user', password: 'secret'} as const;
	const pair = {certificate: client.cert, key: client.key};
	// This machine itself is reached without it.
	const environment = {HTTP_PROXY: 'http://127.0.0.1:9'};
	for (const asked of [
		await firstBytes({credentials}),
		await firstBytes({tls: {ca: [], client: pair}}),
		await firstBytes({}, fakePorts({environment})),
	])
		assert.is(asked[0]?.[0], handshake);
});

test('that is missing at a secure endpoint is said, and nothing is sent without', async () => {
	const registry = await start(whole);
	const error = await failure(sourceOf([registry.endpoint({insecure: false})]).open(amd64));
	assert.is(error.code, 'registry-unreachable');
	assert.match(error.message, /^127.* does not speak https \(/);
	assert.is(
		error.hint,
		`If it shall be used without, set insecure = true for ${registry.host} in registries.conf.`,
	);
	assert.equal(registry.requests, []);
});

const distrusted = [
	['by an unknown authority', server, undefined, /^the certificate of H is not trusted \(/],
	[
		'for another name',
		certificates.misnamed,
		trusted,
		/^the certificate of H is for another name \(/,
	],
	['that has ended', certificates.expired, trusted, /^the certificate of H is not valid now \(/],
] as const;
for (const [what, tls, endpoint, message] of distrusted)
	test(`with a certificate ${what} is not taken`, async () => {
		const registry = await start({...whole, tls});
		const ports = fakePorts();
		const error = await failure(sourceOf([registry.endpoint(endpoint)], ports).open(amd64));
		assert.is(error.code, 'registry-untrusted');
		assert.match(error.message.replaceAll(registry.host, 'H'), message);
		assert.equal([registry.requests, ports.clock.slept], [[], []]);
	});

test('with an unknown authority is explained by where its certificate belongs', async () => {
	const registry = await start({...whole, tls: server});
	const error = await failure(sourceOf([registry.endpoint()]).open(amd64));
	assert.is(
		error.hint,
		`Put its CA certificate into /etc/containers/certs.d/${registry.host}/ca.crt`,
	);
});

test('shows the client certificate to a registry that asks for it', async () => {
	const tls = {...server, ca, requestCert: true, rejectUnauthorized: true};
	const registry = await start({...whole, tls});
	const pair = {certificate: client.cert, key: client.key};
	assert.is(
		(await treeOf(sourceOf([registry.endpoint({tls: {ca: [ca], client: pair}})]))).length,
		4,
	);
	const error = await failure(sourceOf([registry.endpoint(trusted)]).open(amd64));
	assert.is(error.code, 'registry-untrusted');
	assert.match(error.message, /^127.* refuses our side of TLS \(/);
	assert.match(error.hint ?? '', /client\.cert and client\.key into \/etc\/containers\/certs\.d\//);
});

test('shows the client certificate to nobody else', async () => {
	const asking = {...server, ca, requestCert: true, rejectUnauthorized: true};
	const storage = await start({...whole, tls: asking});
	const location = `https://${storage.host}/blob`;
	const registry = await start({
		...whole,
		tls: server,
		onRequest: ({path}) =>
			path.includes('/blobs/') ? {status: 307, headers: {location}} : undefined,
	});
	const pair = {certificate: client.cert, key: client.key};
	const endpoint = registry.endpoint({tls: {ca: [ca], client: pair}});
	const error = await failure(sourceOf([endpoint]).open(amd64));
	assert.is(error.code, 'registry-untrusted');
	assert.ok(error.message.startsWith(storage.host), error.message);
	assert.ok(error.hint?.includes(registry.host), error.hint);
	assert.equal(storage.requests, []);
});

test('does not follow from https to http', async () => {
	const storage = await start(whole);
	const location = `http://${storage.host}/blob`;
	const registry = await start({
		...whole,
		tls: server,
		onRequest: ({path}) =>
			path.includes('/blobs/') ? {status: 307, headers: {location}} : undefined,
	});
	const error = await failure(sourceOf([registry.endpoint(trusted)]).open(amd64));
	assert.is(error.code, 'registry-protocol');
	assert.is(error.message, `${registry.host} redirects from https to http, to ${storage.host}`);
	assert.equal(storage.requests, []);
});

test('does not send a password to a token server without https', async () => {
	const tokens = await start({});
	const challenge = `Bearer realm="http://${tokens.host}/token"`;
	const registry = await start({
		tls: server,
		onRequest: () => ({status: 401, headers: {'www-authenticate': challenge}}),
	});
	const credentials = {kind: 'password', username: 'user', password: 'secret'} as const;
	const error = await failure(sourceOf([registry.endpoint({...trusted, credentials})]).open(amd64));
	assert.is(error.message, `${registry.host} names no token server with https`);
	assert.equal(tokens.requests, []);
});

test('with a damaged certificate or key is explained', async () => {
	const registry = await start({...whole, tls: server});
	const pair = {certificate: client.cert, key: server.key};
	const error = await failure(
		sourceOf([registry.endpoint({tls: {ca: [ca], client: pair}})]).open(amd64),
	);
	assert.is(error.code, 'usage');
	assert.match(error.message, /^a certificate or key for 127.* cannot be used \(ERR_/);
});

test('goes through the proxy of the environment', async () => {
	const registry = await start({...whole, tls: server});
	const {environment, tunnels, proxy} = await startProxy(registry);
	const endpoint = registry.endpoint({...trusted, host: 'registry.example.com'});
	const tree = await treeOf(sourceOf([endpoint], fakePorts({environment})));
	assert.is(tree.length, 4);
	const login = Buffer.from('user:secret').toString('base64');
	assert.equal(new Set(tunnels), new Set([`registry.example.com:443 Basic ${login}`]));
	proxy.removeAllListeners('connect').on('connect', (_, socket) => {
		socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
	});
	const error = await failure(sourceOf([endpoint], fakePorts({environment})).open(amd64));
	assert.is(error.code, 'registry-unreachable');
	assert.is(error.message, 'the proxy does not connect to registry.example.com (ERR_PROXY_TUNNEL)');
});

test('is spoken with the host that serves docker.io', async () => {
	const registry = await start({...whole, tls: server});
	const {environment, tunnels} = await startProxy(registry);
	const endpoint = registry.endpoint({...trusted, host: 'docker.io'});
	const error = await failure(sourceOf([endpoint], fakePorts({environment})).open(amd64));
	assert.match(tunnels.join(), /^registry-1\.docker\.io:443 /);
	assert.match(error.message, /^the certificate of registry-1\.docker\.io is for another name/);
});

test('is not tried through a proxy that is no URL, whose password is not shown', async () => {
	const registry = await start({...whole, tls: server});
	const ports = fakePorts({environment: {HTTPS_PROXY: 'http://user:secret@['}});
	const error = await failure(sourceOf([registry.endpoint(trusted)], ports).open(amd64));
	assert.is(error.message, 'HTTPS_PROXY or HTTP_PROXY is not a URL');
	assert.is(error.cause, undefined);
});

test('knows the authorities of this machine', () => {
	assert.match(systemCertificates()?.join('\n') ?? '', /BEGIN CERTIFICATE/);
	assert.throws(() => systemCertificates('/none'), /^SSL_CERT_FILE is \/none, which/);
});

test.run();
