import {once} from 'node:events';
import net, {type AddressInfo} from 'node:net';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../../engine/errors.ts';
import {parseServerError} from '../../../../engine/oci/registry/server-error.ts';
import {Blobs} from '../image-builder.ts';
import {fakePorts} from './fake-ports.ts';
import {
	type FakeRegistry,
	type Fault,
	type RegistryOptions,
	type SeenRequest,
	startRegistry,
} from './fake-registry.ts';
import {amd64, failure, sourceOf, threeLayers, treeOf} from './images.ts';

const test = suite('faults while pulling');
const started: {close(): void}[] = [];
test.after.each(() => {
	for (const server of started.splice(0)) server.close();
});

async function start(options: RegistryOptions): Promise<FakeRegistry> {
	const registry = await startRegistry(options);
	started.push(registry);
	return registry;
}

const {blobs, index, layers} = threeLayers();
const tags = {1: index};
const whole = {blobs, tags};
const total = layers.reduce((sum, {size}) => sum + size, 0);
const isLayer = ({path}: SeenRequest) => layers.some(({digest}) => path.endsWith(digest));
const onTag = (fault: Fault) => (request: SeenRequest) =>
	request.path.endsWith('/manifests/1') ? fault : undefined;
const onLayers = (fault: Fault) => (request: SeenRequest) => (isLayer(request) ? fault : undefined);
const tree = await (async () => {
	const registry = await startRegistry(whole);
	try {
		return await treeOf(sourceOf([registry.endpoint()]));
	} finally {
		registry.close();
	}
})();

test('a connection that drops in each layer: it goes on where it was, nothing is sent twice', async () => {
	const onRequest = (request: SeenRequest) =>
		isLayer(request) && request.before < 3 ? {dropAfter: 70_000} : undefined;
	const registry = await start({...whole, onRequest});
	const ports = fakePorts();
	assert.equal(await treeOf(sourceOf([registry.endpoint()], ports)), tree);
	assert.ok(registry.sentBytes <= 1.1 * total, `${registry.sentBytes} of ${total} bytes`);
	const ranges = registry.requests.filter(isLayer).map(({headers}) => headers.range ?? 'all');
	assert.equal(ranges.sort(), [
		...['all', 'all', 'all'],
		...['bytes=140000-', 'bytes=140000-', 'bytes=140000-'],
		...['bytes=210000-', 'bytes=210000-', 'bytes=210000-'],
		...['bytes=70000-', 'bytes=70000-', 'bytes=70000-'],
	]);
	assert.is(ports.clock.slept.length, 9);
	assert.is(ports.clock.pending, 0);
});

test('a connection that drops in a manifest: it is fetched again', async () => {
	const onRequest = ({path, before}: SeenRequest) =>
		path.includes('/manifests/') && before === 0 ? {dropAfter: 10} : undefined;
	const registry = await start({...whole, onRequest});
	assert.equal(await treeOf(sourceOf([registry.endpoint()])), tree);
});

test('a registry that knows no ranges: what was had is left out', async () => {
	const onRequest = (request: SeenRequest) =>
		isLayer(request)
			? {ignoreRange: true, ...(request.before < 2 && {dropAfter: 70_000})}
			: undefined;
	const registry = await start({...whole, onRequest});
	assert.equal(await treeOf(sourceOf([registry.endpoint()])), tree);
});

test('a registry that never gets to the end', async () => {
	const registry = await start({...whole, onRequest: onLayers({dropAfter: 0})});
	const ports = fakePorts();
	const error = await failure(treeOf(sourceOf([registry.endpoint()], ports)));
	assert.is(error.code, 'registry-interrupted');
	assert.match(error.message, /^the connection to 127\.0\.0\.1:\d+ broke \(ECONNRESET\)$/);
	assert.is(error.hint, 'Look at the network, the name of the registry, and its port.');
	assert.ok(ports.clock.slept.length >= 5);
});

test('a layer of another content', async () => {
	const [first] = layers;
	const bytes = Buffer.from(blobs.all.get(first?.digest ?? 'sha256:') ?? '');
	bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
	const onRequest = ({path}: SeenRequest) =>
		path.endsWith(first?.digest ?? '')
			? {body: bytes, headers: {'content-length': bytes.length}}
			: undefined;
	const registry = await start({...whole, onRequest});
	const error = await failure(treeOf(sourceOf([registry.endpoint()])));
	assert.instance(error, DamagedInput);
	assert.ok(error.message.includes(String(first?.digest)), error.message);
});

test('a layer of another size, announced', async () => {
	const registry = await start({
		...whole,
		onRequest: onLayers({body: Buffer.alloc(1000), headers: {'content-length': 1000}}),
	});
	const error = await failure(treeOf(sourceOf([registry.endpoint()])));
	assert.instance(error, DamagedInput);
	assert.match(
		error.message,
		/^sha256:\w+ has 1000 bytes at 127\.0\.0\.1:\d+ and \d+ in the manifest$/,
	);
	assert.is(error.hint, 'Push the image again.');
});

test('a layer of another size, not announced', async () => {
	const [first] = layers;
	const digest = first?.digest ?? 'sha256:';
	const bytes = blobs.all.get(digest) ?? Buffer.alloc(0);
	for (const [content, message] of [
		[Buffer.concat([bytes, Buffer.alloc(9)]), /^layer sha256:\w+ has more than its \d+ bytes$/],
		[bytes.subarray(0, 1000), /^sha256:\w+ has 1000 bytes at 127.* and \d+ in the manifest$/],
	] as const) {
		const other = new Blobs();
		for (const [key, value] of blobs.all) other.all.set(key, key === digest ? content : value);
		const registry = await start({blobs: other, tags, onRequest: onLayers({chunked: true})});
		const error = await failure(treeOf(sourceOf([registry.endpoint()])));
		assert.instance(error, DamagedInput);
		assert.match(error.message, message);
	}
});

interface Case {
	readonly what: string;
	readonly fault: Fault;
	readonly code: string;
	readonly message: RegExp;
	readonly hint: RegExp;
	readonly sleeps: readonly number[];
}
const backOff = [500, 1000, 2000, 4000, 8000];
const login = /podman login --authfile \/etc\/ostree\/auth\.json 127\.0\.0\.1:\d+$/;
const errors = (code: string, message: string) => JSON.stringify({errors: [{code, message}]});
const cases: readonly Case[] = [
	{
		what: 'no login',
		fault: {status: 401, headers: {'www-authenticate': 'Basic realm="r"'}},
		code: 'registry-unauthorized',
		message: /^H wants a login for ns\/myos$/,
		hint: login,
		sleeps: [],
	},
	{
		what: 'no right to pull',
		fault: {status: 403, body: errors('DENIED', 'requested access\nto the resource is denied')},
		code: 'registry-forbidden',
		message: /^H forbids to pull H\/ns\/myos \(requested access to the resource is denied\)$/,
		hint: login,
		sleeps: [],
	},
	{
		what: 'no such tag',
		fault: {status: 404, body: errors('MANIFEST_UNKNOWN', '')},
		code: 'no-such-image',
		message: /^H has no image 1 in ns\/myos \(MANIFEST_UNKNOWN\)$/,
		hint: /^Look at its name and tag\./,
		sleeps: [],
	},
	{
		what: 'no such tag, said in another way',
		fault: {status: 400, body: errors('UNKNOWN', 'Repo not found')},
		code: 'no-such-image',
		message: /^H has no image 1 in ns\/myos \(Repo not found\)$/,
		hint: /^Look at its name and tag\./,
		sleeps: [],
	},
	{
		what: 'a bad request',
		fault: {status: 400, body: '<html>'},
		code: 'registry-protocol',
		message: /^H answers with status 400 for 1$/,
		hint: /^Look whether 127.* is the registry that is meant\.$/,
		sleeps: [],
	},
	{
		what: 'too many requests',
		fault: {status: 429},
		code: 'registry-rate-limited',
		message: /^H gets too many requests$/,
		hint: /^Try again later\. With a login/,
		sleeps: backOff,
	},
	{
		what: 'too many requests, with a time to wait',
		fault: {status: 429, headers: {'retry-after': '90'}},
		code: 'registry-rate-limited',
		message: /^H gets too many requests$/,
		hint: /^Try again in 90 s\./,
		sleeps: [90_500, 91_000, 92_000],
	},
	{
		what: 'too many requests, with a time that is too long',
		fault: {status: 429, headers: {'retry-after': 'Thu, 01 Jan 2026 06:00:00 GMT'}},
		code: 'registry-rate-limited',
		message: /^H gets too many requests$/,
		hint: /^Try again in 21600 s\./,
		sleeps: [],
	},
	...[408, 500, 502, 503, 504].map((status) => ({
		what: `status ${status}`,
		fault: {status, body: '<html>'},
		code: 'registry-unavailable',
		message: new RegExp(`^H answers with status ${status}$`),
		hint: /^Try again later\./,
		sleeps: backOff,
	})),
	{
		what: 'a redirect to nowhere',
		fault: {status: 307},
		code: 'registry-protocol',
		message: /^H redirects to nowhere$/,
		hint: /^Tell who runs the registry\.$/,
		sleeps: [],
	},
	{
		what: 'a redirect in circles',
		fault: {status: 307, headers: {location: '/v2/ns/myos/manifests/1'}},
		code: 'registry-protocol',
		message: /^H redirects more than 10 times$/,
		hint: /^Tell who runs the registry\.$/,
		sleeps: [],
	},
];
for (const {what, fault, code, message, hint, sleeps} of cases)
	test(`${what}: one error that says what to do`, async () => {
		const registry = await start({...whole, onRequest: onTag(fault)});
		const ports = fakePorts();
		const error = await failure(sourceOf([registry.endpoint()], ports).open(amd64));
		assert.is(error.code, code);
		assert.match(error.message.replaceAll(registry.host, 'H'), message);
		assert.match(error.hint ?? '', hint);
		assert.equal(ports.clock.slept, sleeps);
		assert.is(ports.clock.pending, 0);
	});

test('trouble that passes is not noticed', async () => {
	const onRequest = ({before}: SeenRequest) => (before < 2 ? {status: 503} : undefined);
	const registry = await start({...whole, onRequest});
	assert.equal(await treeOf(sourceOf([registry.endpoint()])), tree);
});

test('a connection that was kept too long is made anew at once', async () => {
	const onRequest = (request: SeenRequest) =>
		isLayer(request) && request.before === 0 ? {hangsUp: true} : undefined;
	const registry = await start({...whole, onRequest});
	const ports = fakePorts();
	const {layers} = await sourceOf([registry.endpoint()], ports).open(amd64);
	for (const layer of layers)
		assert.is(Buffer.concat(await Array.fromAsync(layer.open())).length, layer.size);
	assert.equal(ports.clock.slept, []);
});

test('a layer that the registry has lost', async () => {
	const registry = await start({...whole, onRequest: onLayers({status: 404})});
	const error = await failure(treeOf(sourceOf([registry.endpoint()])));
	assert.is(error.code, 'registry-incomplete');
	assert.match(error.message, /^127.* has lost sha256:\w+$/);
});

test('what is no registry', async () => {
	const registry = await start({onRequest: () => ({status: 404, body: 'Hello'})});
	const error = await failure(sourceOf([registry.endpoint()]).open(amd64));
	assert.is(error.code, 'registry-protocol');
	assert.is(error.message, `${registry.host} is not a registry: /v2/ answers with status 404`);
});

test('a registry that is gone, and one whose name is not known', async () => {
	const registry = await start({});
	registry.close();
	const ports = fakePorts();
	const gone = await failure(sourceOf([registry.endpoint({insecure: false})], ports).open(amd64));
	assert.is(gone.code, 'registry-unreachable');
	assert.is(gone.message, `${registry.host} cannot be reached (ECONNREFUSED)`);
	assert.equal(ports.clock.slept, backOff);
	const unknown = registry.endpoint({host: 'registry.invalid', insecure: false});
	const error = await failure(sourceOf([unknown]).open(amd64));
	assert.is(error.code, 'registry-unreachable');
	assert.match(error.message, /registry\.invalid/);
});

test('a registry that goes away in the middle', async () => {
	const registry = await start({
		...whole,
		onRequest: (request) => {
			if (!isLayer(request)) return undefined;
			registry.close();
			return {dropAfter: 1000};
		},
	});
	const error = await failure(treeOf(sourceOf([registry.endpoint()])));
	assert.is(error.code, 'registry-unreachable');
	assert.is(error.message, `${registry.host} cannot be reached (ECONNREFUSED)`);
});

test('a registry that does not answer, or stops in the middle of a layer', async () => {
	for (const fault of [{silent: true}, {stallAfter: 1000}]) {
		const ports = fakePorts();
		const registry = await start({...whole, onRequest: onLayers(fault)});
		registry.onStall = () => setImmediate(() => ports.clock.advance(120_000));
		const {layers} = await sourceOf([registry.endpoint()], ports).open(amd64);
		const [layer] = layers;
		assert.ok(layer);
		const error = await failure(Array.fromAsync(layer.open()));
		assert.is(error.code, 'registry-stalled');
		assert.is(error.message, `${registry.host} sends nothing, or next to nothing`);
		assert.match(error.hint ?? '', /^Try again later\./);
		assert.is(ports.clock.pending, 0);
	}
});

test('a registry that stops in the middle of a layer, once', async () => {
	const ports = fakePorts();
	const onRequest = (request: SeenRequest) =>
		isLayer(request) && request.before === 0 ? {stallAfter: 50_000} : undefined;
	const registry = await start({...whole, onRequest});
	const {layers} = await sourceOf([registry.endpoint()], ports).open(amd64);
	const [layer] = layers;
	assert.ok(layer);
	registry.sentBytes = 0;
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of layer.open()) {
		chunks.push(chunk);
		length += chunk.length;
		if (length === 50_000) setImmediate(() => ports.clock.advance(60_000));
	}
	assert.equal(Buffer.concat(chunks), blobs.all.get(layer.descriptor?.digest ?? 'sha256:'));
	assert.is(registry.sentBytes, layer.size);
	assert.equal([ports.clock.slept, ports.clock.pending], [[500], 0]);
});

test('a server that takes connections and says nothing', async () => {
	const server = net.createServer().listen(0, '127.0.0.1');
	started.push({close: () => server.close()});
	await once(server, 'listening');
	const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
	const ports = fakePorts();
	server.on('connection', (socket) => {
		started.push({close: () => socket.destroy()});
		setImmediate(() => ports.clock.advance(30_000));
	});
	const registry = await start({});
	const error = await failure(
		sourceOf([registry.endpoint({host, insecure: false})], ports).open(amd64),
	);
	assert.is(error.code, 'registry-unreachable');
	assert.is(error.message, `${host} does not connect within 30 s`);
});

test('what a registry says is shown in one line, without secrets', () => {
	const credentials = {kind: 'password', username: 'user', password: 'hunter2'} as const;
	const say = (body: string) => parseServerError(Buffer.from(body), credentials);
	const encoded = Buffer.from('user:hunter2').toString('base64');
	const token = 'eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl';
	const digest = `sha256:${'0'.repeat(64)}`;
	assert.equal(
		say(errors('DENIED', `not you: hunter2, Basic ${encoded}, Bearer ${token}, ${digest}`)),
		{code: 'DENIED', message: `not you: …, Basic …, Bearer …, ${digest}`},
	);
	assert.equal(say(errors('denied', 'a\u001b[31m\r\nb\u202e')), {
		code: 'DENIED',
		message: 'a [31m b',
	});
	assert.equal(say(errors('x y', 'long '.repeat(100))), {
		code: '',
		message: `${'long '.repeat(40)}…`,
	});
	assert.equal(say('{"errors": [{"code": 5}]}'), undefined);
	for (const body of ['', '<html>', '{}', '{"errors": []}', '{"errors": {}}', '[]', 'null'])
		assert.is(say(body), undefined);
});

test.run();
