import {once} from 'node:events';
import http, {type IncomingMessage, type ServerResponse} from 'node:http';
import https from 'node:https';
import type {AddressInfo} from 'node:net';
import {type Digest, isDigest} from '../../../../engine/oci/digest.ts';
import type {RegistryEndpoint} from '../../../../engine/oci/registry/endpoint.ts';
import {digestOf} from '../../../../engine/oci/verified.ts';
import type {Blobs, RawDescriptor} from '../image-builder.ts';

/** What the registry was asked. */
export interface SeenRequest {
	readonly method: string;
	/** With the query. */
	readonly path: string;
	readonly headers: IncomingMessage['headers'];
	readonly body: string;
	/** How many with this path and method came before. */
	readonly before: number;
}

/** What it does instead of answering as it should. */
export interface Fault {
	readonly status?: number;
	readonly headers?: http.OutgoingHttpHeaders;
	/** Instead of the content, with the content's length unless `headers` say another. */
	readonly body?: Buffer | string;
	/** Breaks the connection after so many bytes of the body. */
	readonly dropAfter?: number;
	/** Sends no more after so many bytes of the body, and keeps the connection. */
	readonly stallAfter?: number;
	readonly ignoreRange?: boolean;
	/** Sends no answer at all. */
	readonly silent?: boolean;
	/** Closes the connection instead. */
	readonly hangsUp?: boolean;
	/** A header that is left out. */
	readonly without?: string;
	/** The length is not said; the body ends with its last chunk. */
	readonly chunked?: boolean;
}

export interface RegistryOptions {
	readonly blobs?: Blobs;
	readonly tags?: Readonly<Record<string, RawDescriptor>>;
	readonly repository?: string;
	readonly tls?: https.ServerOptions;
	readonly onRequest?: (request: SeenRequest) => Fault | undefined;
}

/** A registry on a loopback address that can misbehave. */
export interface FakeRegistry {
	readonly host: string;
	readonly requests: SeenRequest[];
	/** Bytes of blobs that were sent, repeated ones counted again. */
	sentBytes: number;
	/** Called when it stalls or is silent. */
	onStall: () => void;
	/** Its connections so far. */
	connections: number;
	endpoint(more?: Partial<RegistryEndpoint>): RegistryEndpoint;
	paths(): string[];
	close(): void;
}

export async function startRegistry(options: RegistryOptions = {}): Promise<FakeRegistry> {
	const {repository = 'ns/myos'} = options;
	const server = options.tls === undefined ? http.createServer() : https.createServer(options.tls);
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
	const registry: FakeRegistry = {
		host,
		requests: [],
		sentBytes: 0,
		onStall: () => {},
		connections: 0,
		endpoint: (more) => ({
			host,
			repository,
			insecure: options.tls === undefined,
			credentials: undefined,
			tls: {ca: []},
			...more,
		}),
		paths: () => registry.requests.map(({method, path}) => `${method} ${path}`),
		close() {
			server.close();
			server.closeAllConnections();
		},
	};
	server.on('request', (request: IncomingMessage, response: ServerResponse) => {
		void answer(request, response, registry, options, repository);
	});
	server.on(options.tls === undefined ? 'connection' : 'secureConnection', () => {
		registry.connections++;
	});
	return registry;
}

interface Content {
	readonly bytes: Buffer;
	readonly headers: http.OutgoingHttpHeaders;
	readonly isBlob: boolean;
}

async function answer(
	request: IncomingMessage,
	response: ServerResponse,
	registry: FakeRegistry,
	options: RegistryOptions,
	repository: string,
): Promise<void> {
	const seen = await see(request, registry.requests);
	registry.requests.push(seen);
	const fault = options.onRequest?.(seen) ?? {};
	if (fault.silent) return registry.onStall();
	if (fault.hangsUp) return void request.socket.destroy();
	const content = contentOf(seen, options, repository);
	if (fault.status !== undefined || fault.body !== undefined) return say(response, fault, content);
	if (content === undefined) return say(response, {status: 404, body: 'no such page'}, undefined);
	await send(seen, response, content, fault, registry);
}

async function see(
	request: IncomingMessage,
	earlier: readonly SeenRequest[],
): Promise<SeenRequest> {
	const {method = '', url: path = '', headers} = request;
	const body = Buffer.concat(await Array.fromAsync(request)).toString();
	const before = earlier.filter((other) => other.path === path && other.method === method).length;
	return {method, path, headers, body, before};
}

function say(response: ServerResponse, fault: Fault, content: Content | undefined): void {
	const {status = 200, headers = {}, body = ''} = fault;
	response.writeHead(status, {...(status === 200 && content?.headers), ...headers});
	response.end(body);
}

function contentOf(
	{path}: SeenRequest,
	{blobs, tags = {}}: RegistryOptions,
	repository: string,
): Content | undefined {
	if (path === '/v2/') return {bytes: Buffer.from('{}'), headers: {}, isBlob: false};
	const [, kind, name = ''] =
		new RegExp(`^/v2/${repository}/(manifests|blobs)/(.*)$`).exec(path) ?? [];
	const digest = isDigest(name) ? name : tags[name]?.digest;
	const bytes = digest === undefined ? undefined : blobs?.all.get(digest);
	if (digest === undefined || bytes === undefined) return undefined;
	if (kind === 'blobs') return {bytes, headers: {'accept-ranges': 'bytes'}, isBlob: true};
	const headers = {
		'content-type': typeOf(bytes),
		'docker-content-digest': digestLike(bytes, digest),
	};
	return {bytes, headers, isBlob: false};
}

function digestLike(bytes: Buffer, digest: Digest): Digest {
	return digestOf(bytes, digest.startsWith('sha512') ? 'sha512' : 'sha256');
}

function typeOf(manifest: Buffer): string {
	return JSON.parse(manifest.toString()).mediaType;
}

async function send(
	{method, headers}: SeenRequest,
	response: ServerResponse,
	{bytes, isBlob, ...content}: Content,
	fault: Fault,
	registry: FakeRegistry,
): Promise<void> {
	const range = fault.ignoreRange ? undefined : headers.range;
	const part = partOf(bytes.length, isBlob ? range : undefined);
	if (part === undefined) {
		response.writeHead(416, {'content-range': `bytes */${bytes.length}`});
		response.end();
		return;
	}
	const {start, end, status} = part;
	const sent = Object.entries({
		...content.headers,
		...(!fault.chunked && {'content-length': end - start}),
		...(status === 206 && {'content-range': `bytes ${start}-${end - 1}/${bytes.length}`}),
		...fault.headers,
	}).filter(([name]) => name !== fault.without);
	response.writeHead(status, Object.fromEntries(sent));
	if (method === 'HEAD') return void response.end();
	const stop = fault.dropAfter ?? fault.stallAfter;
	const body = bytes.subarray(start, stop === undefined ? end : Math.min(end, start + stop));
	if (isBlob) registry.sentBytes += body.length;
	if (stop === undefined) return void response.end(body);
	response.flushHeaders();
	await new Promise<void>((resolve) => response.write(body, () => resolve()));
	if (fault.stallAfter !== undefined) registry.onStall();
	else response.socket?.destroy();
}

function partOf(
	size: number,
	range: string | undefined,
): {start: number; end: number; status: 200 | 206} | undefined {
	const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
	if (first === undefined) return {start: 0, end: size, status: 200};
	const start = Number(first);
	const end = last === '' ? size : Math.min(size, Number(last) + 1);
	return start < size && start < end ? {start, end, status: 206} : undefined;
}
