import {Agents} from './agents.ts';
import {Authorization} from './authorization.ts';
import {readStart, readWhole} from './body.ts';
import {parseChallenges} from './challenge.ts';
import type {RegistryEndpoint} from './endpoint.ts';
import {type FailedAnswer, failedAnswer, RegistryFailure} from './failure.ts';
import type {RegistryPorts} from './ports.ts';
import {proxyVariables} from './proxy.ts';
import {decideRedirect, isRedirect} from './redirect.ts';
import {parseRetryAfter} from './retry.ts';
import {maxErrorSize, parseServerError} from './server-error.ts';
import {maxTokenSize, parseToken, type Token, type TokenService, tokenRequest} from './token.ts';
import {type HttpRequest, type HttpResponse, sendRequest} from './transport.ts';

export interface RepositoryRequest {
	readonly method?: 'GET' | 'HEAD';
	/** Below the repository: `manifests/latest`. */
	readonly path: string;
	/** Names in lower case. */
	readonly headers?: Readonly<Record<string, string>>;
	/** Statuses that are results and not failures. */
	readonly okStatuses: readonly number[];
	/** For messages. */
	readonly wanted: FailedAnswer['wanted'];
}

/** An answer, and who gave it. */
interface Answer {
	readonly response: HttpResponse;
	/** The registry's own host or the one it redirected to. */
	readonly url: URL;
	readonly isOwn: boolean;
}

interface Session {
	/** `https://registry.example.com/` */
	readonly base: URL;
	readonly authorization: Authorization;
	/** Whether the server itself has said that it is a registry, and no other to which it refers. */
	readonly isDeclared: boolean;
}

/** Serves what references know as docker.io. */
const dockerHost = 'registry-1.docker.io';
/** Of a registry's answer to the first question. */
const versionHeader = 'docker-distribution-api-version';

/**
 * One repository of one registry. Requests are made once, authorised and redirected as the registry
 * wants it; trying again is for who knows what was already had.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export class RegistryClient {
	readonly endpoint: RegistryEndpoint;
	readonly #ports: RegistryPorts;
	readonly #agents: Agents;
	#session: Promise<Session> | undefined;

	constructor(endpoint: RegistryEndpoint, ports: RegistryPorts) {
		this.endpoint = endpoint;
		this.#ports = ports;
		this.#agents = new Agents(endpoint, ports);
	}

	/** @throws RegistryFailure, or Refused `no-such-image` */
	async request(request: RepositoryRequest): Promise<HttpResponse> {
		const {base, authorization} = await this.#connect();
		const url = new URL(`/v2/${this.endpoint.repository}/${request.path}`, base);
		const attempt = async (header: string | undefined) => {
			const headers = {...request.headers, ...(header !== undefined && {authorization: header})};
			return this.#follow({method: request.method ?? 'GET', url, headers});
		};
		const used = await authorization.header();
		let answer = await attempt(used);
		if (answer.response.status === 401 && answer.isOwn) {
			const challenges = challengesOf(answer.response);
			if (authorization.reconsider(challenges, used)) {
				await answer.response.drain();
				answer = await attempt(await authorization.header());
			}
		}
		return this.#accept(answer, request.okStatuses, request.wanted);
	}

	/** The first request of all asks whether this is a registry, and what it wants to see. */
	#connect(): Promise<Session> {
		if (this.#session !== undefined) return this.#session;
		const session = this.#ping();
		this.#session = session;
		session.catch(() => {
			this.#session = undefined;
		});
		return session;
	}

	get #authority(): string {
		const {host} = this.endpoint;
		return host === 'docker.io' ? dockerHost : host;
	}

	#ping(): Promise<Session> {
		const secure = new URL(`https://${this.#authority}/`);
		return this.endpoint.insecure ? this.#pingInsecure(secure) : this.#pingAt(secure);
	}

	/**
	 * On a port of its own a server speaks TLS or not, and where there is no secret to send the plain question
	 * comes first: it spares a plain registry the handshake that fails, and us to load all of TLS.
	 */
	async #pingInsecure(secure: URL): Promise<Session> {
		const plain = new URL(`http://${this.#authority}/`);
		const isPlainFirst = secure.port !== '' && plain.port !== '' && !this.#hasSecrets();
		const asked = isPlainFirst ? await outcomeOf(this.#pingAt(plain)) : undefined;
		if (asked?.session?.isDeclared) return asked.session;
		const {session, failure} = await outcomeOf(this.#pingAt(secure));
		if (session !== undefined) return session;
		if (failure?.status !== undefined) throw failure;
		if (asked?.failure !== undefined) throw asked.failure;
		return asked?.session ?? (await this.#pingAt(plain));
	}

	/** A proxy may have them too, and another one for TLS. */
	#hasSecrets(): boolean {
		const {credentials, tls} = this.endpoint;
		const {http_proxy: proxy, https_proxy: tlsProxy} = proxyVariables(this.#ports.environment);
		return [credentials, tls.client, proxy || tlsProxy || undefined].some((it) => it !== undefined);
	}

	async #pingAt(base: URL): Promise<Session> {
		const answer = await this.#follow({method: 'GET', url: new URL('/v2/', base), headers: {}});
		const response = await this.#accept(answer, [200, 401], {what: 'registry', name: '/v2/'});
		// Another host is not to say where the login goes.
		const challenges = answer.isOwn ? challengesOf(response) : [];
		await response.drain();
		const {endpoint} = this;
		const fetchToken = (service: TokenService) => this.#fetchToken(service);
		const {clock} = this.#ports;
		const authorization = new Authorization(endpoint, challenges, clock, fetchToken);
		const isRegistry = challenges.length > 0 || versionHeader in response.headers;
		return {base, authorization, isDeclared: answer.isOwn && isRegistry};
	}

	async #fetchToken(service: TokenService): Promise<Token> {
		const request = tokenRequest(service, this.endpoint.credentials);
		const answer = await this.#follow(request);
		const wanted = {what: 'token', name: 'a token'} as const;
		const response = await this.#accept({...answer, isOwn: true}, [200], wanted);
		return parseToken(await readWhole(response.body(), maxTokenSize, 'token'), service.realm.host);
	}

	async #follow(request: HttpRequest): Promise<Answer> {
		const {host, insecure} = this.endpoint;
		let {url, headers} = request;
		for (let followed = 0; ; followed++) {
			const isOwn = url.origin === request.url.origin;
			const response = await this.#send({...request, url, headers});
			const {location} = response.headers;
			// A form with a secret in it goes nowhere else.
			if (!isRedirect(response.status) || request.method === 'POST') return {response, url, isOwn};
			await response.drain();
			const decision = decideRedirect({from: url, location, headers, followed, insecure});
			if (decision.kind === 'refuse')
				throw new RegistryFailure('registry-protocol', `${host} ${decision.reason}`, {
					hint: 'Tell who runs the registry.',
					status: response.status,
				});
			({url, headers} = decision);
		}
	}

	async #send(request: HttpRequest): Promise<HttpResponse> {
		const {clock, signal} = this.#ports;
		const isRegistry = request.url.host === new URL(`https://${this.#authority}`).host;
		const agent = await this.#agents.agentFor(request.url, isRegistry);
		return sendRequest(request, {agent, clock, signal, settingsHost: this.endpoint.host});
	}

	async #accept(
		{response, url, isOwn}: Answer,
		okStatuses: readonly number[],
		wanted: FailedAnswer['wanted'],
	): Promise<HttpResponse> {
		const {status, headers} = response;
		if (okStatuses.includes(status)) return response;
		const {host, repository, credentials} = this.endpoint;
		const body = await readStart(response.body(), maxErrorSize);
		throw failedAnswer({
			host,
			repository,
			wanted,
			hasCredentials: credentials !== undefined,
			status,
			redirectedTo: isOwn ? undefined : url.host,
			said: parseServerError(body, credentials),
			retryAfterMs: parseRetryAfter(headers['retry-after'], this.#ports.clock.now()),
		});
	}
}

interface PingOutcome {
	readonly session?: Session;
	readonly failure?: RegistryFailure;
}

async function outcomeOf(ping: Promise<Session>): Promise<PingOutcome> {
	try {
		return {session: await ping};
	} catch (error) {
		if (error instanceof RegistryFailure) return {failure: error};
		throw error;
	}
}

function challengesOf({headers}: HttpResponse) {
	return parseChallenges(headers['www-authenticate'] ?? '');
}
