import http, {type IncomingHttpHeaders, type IncomingMessage} from 'node:http';
import {version} from '../../version.ts';
import {readBody, readStart, stalled} from './body.ts';
import {connectionFailure} from './connection-failure.ts';
import {RegistryFailure} from './failure.ts';
import type {Clock} from './ports.ts';

const connectTimeoutMs = 30_000;
/** From the connection to the last header of the answer. */
const answerTimeoutMs = 60_000;
/** Up to here it is cheaper to read what nobody wants than to connect again. */
const maxDrained = 64 << 10;

export interface HttpRequest {
	readonly method: 'GET' | 'HEAD' | 'POST';
	readonly url: URL;
	/** Names in lower case. */
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: string;
}

export interface Connection {
	readonly agent: http.Agent;
	readonly clock: Clock;
	readonly signal: AbortSignal | undefined;
	/** Whose settings hold; another than the host of the URL when it redirected there. */
	readonly settingsHost: string;
}

/** An answer whose body has not been read: it must be read or drained. */
export class HttpResponse {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly #message: IncomingMessage;
	readonly #host: string;
	readonly #clock: Clock;

	constructor(message: IncomingMessage, host: string, clock: Clock) {
		this.status = message.statusCode ?? 0;
		this.headers = message.headers;
		this.#message = message;
		this.#host = host;
		this.#clock = clock;
	}

	/** The bytes as sent, whatever `Content-Encoding` says of them. Once only. */
	body(): AsyncGenerator<Buffer, void> {
		return readBody(this.#message, this.#host, this.#clock);
	}

	/** Frees the connection for the next request. */
	async drain(): Promise<void> {
		await readStart(this.body(), maxDrained);
	}
}

/**
 * One request and the head of its answer. Follows nothing, decodes nothing, and tries again only on a
 * connection that was kept open and turns out to be closed.
 * @throws RegistryFailure, or the signal's reason
 */
export async function sendRequest(
	request: HttpRequest,
	connection: Connection,
): Promise<HttpResponse> {
	for (;;) {
		const {response, error, wasStale} = await exchange(request, connection);
		if (response !== undefined) return response;
		connection.signal?.throwIfAborted();
		if (!wasStale) throw connectionFailure(request.url.host, error, connection.settingsHost);
	}
}

interface Outcome {
	readonly response?: HttpResponse;
	readonly error?: unknown;
	readonly wasStale?: boolean;
}

function exchange(request: HttpRequest, {agent, clock, signal}: Connection): Promise<Outcome> {
	const {method, url, headers, body} = request;
	const isTls = url.protocol === 'https:';
	const {promise, resolve} = Promise.withResolvers<Outcome>();
	// The agent brings TLS along.
	const outgoing = http.request(url, {
		method,
		agent,
		headers: {
			'user-agent': `slipway/${version}`,
			// A decoded body would have another digest.
			'accept-encoding': 'identity',
			...headers,
		},
		...(signal && {signal}),
	});
	let cancel = clock.after(connectTimeoutMs, () => outgoing.destroy(notConnected(url.host)));
	const awaitAnswer = () => {
		cancel();
		cancel = clock.after(answerTimeoutMs, () => outgoing.destroy(stalled(url.host)));
	};
	outgoing.on('socket', (socket) => {
		if (socket.connecting) socket.once(isTls ? 'secureConnect' : 'connect', awaitAnswer);
		else awaitAnswer();
	});
	outgoing.on('response', (message) => {
		cancel();
		resolve({response: new HttpResponse(message, url.host, clock)});
	});
	outgoing.on('error', (error) => {
		cancel();
		const isReset = 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
		resolve({error, wasStale: outgoing.reusedSocket && isReset});
	});
	outgoing.end(body);
	return promise;
}

function notConnected(host: string): RegistryFailure {
	const seconds = connectTimeoutMs / 1000;
	return new RegistryFailure(
		'registry-unreachable',
		`${host} does not connect within ${seconds} s`,
		{
			isTransient: true,
			hint: 'Look at the network, the name of the registry, and its port.',
		},
	);
}
