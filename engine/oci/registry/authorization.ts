import type {Challenge} from './challenge.ts';
import type {RegistryEndpoint} from './endpoint.ts';
import {RegistryFailure} from './failure.ts';
import type {Clock} from './ports.ts';
import {basicHeader, type Token, type TokenService} from './token.ts';

/** A token is renewed when it has this little left, so that none runs out on its way. */
const spareMs = 10_000;

interface HeldToken {
	readonly token: Promise<Token>;
	/** Set when it has come. */
	expiresMs: number;
	header: string | undefined;
}

/**
 * What to send as `Authorization` to one repository of one registry. Requests that need a token at
 * once wait for the same one.
 */
export class Authorization {
	readonly #endpoint: RegistryEndpoint;
	readonly #clock: Clock;
	readonly #fetchToken: (service: TokenService) => Promise<Token>;
	readonly #scopes: Set<string>;
	#challenges: readonly Challenge[];
	#held: HeldToken | undefined;

	constructor(
		endpoint: RegistryEndpoint,
		challenges: readonly Challenge[],
		clock: Clock,
		fetchToken: (service: TokenService) => Promise<Token>,
	) {
		this.#endpoint = endpoint;
		this.#challenges = challenges;
		this.#clock = clock;
		this.#fetchToken = fetchToken;
		this.#scopes = new Set([`repository:${endpoint.repository}:pull`]);
	}

	/** Undefined when nothing is asked for, or there is nothing to give. */
	async header(): Promise<string | undefined> {
		const {credentials, host, insecure} = this.#endpoint;
		const bearer = this.#challenge('bearer');
		if (bearer !== undefined) {
			const {value} = await this.#token(tokenService(bearer, this.#scopes, {host, insecure}));
			return bearerHeader(value);
		}
		if (this.#challenge('basic') === undefined) return undefined;
		return credentials?.kind === 'password' ? basicHeader(credentials) : undefined;
	}

	/**
	 * After a 401: takes up what it asks for, and says whether another attempt may be answered better.
	 * @param used the header it was the answer to
	 */
	reconsider(challenges: readonly Challenge[], used: string | undefined): boolean {
		if (challenges.length > 0) this.#challenges = challenges;
		const bearer = this.#challenge('bearer');
		if (bearer === undefined)
			return used === undefined && this.#challenge('basic') !== undefined && this.#hasPassword();
		const {error, scope} = bearer.parameters;
		if (error === 'insufficient_scope' && scope !== undefined)
			for (const wanted of scope.split(' ')) this.#scopes.add(wanted);
		// Unless another request has already got a new one.
		else if (this.#held?.header !== used) return true;
		this.#held = undefined;
		return true;
	}

	#hasPassword(): boolean {
		return this.#endpoint.credentials?.kind === 'password';
	}

	#challenge(scheme: string): Challenge | undefined {
		return this.#challenges.find((challenge) => challenge.scheme === scheme);
	}

	#token(service: TokenService): Promise<Token> {
		if (this.#held !== undefined && this.#clock.monotonic() < this.#held.expiresMs)
			return this.#held.token;
		const token = this.#fetchToken(service);
		const held: HeldToken = {token, expiresMs: Number.POSITIVE_INFINITY, header: undefined};
		this.#held = held;
		token.then(
			({value, lifetimeMs}) => {
				held.header = bearerHeader(value);
				held.expiresMs = this.#clock.monotonic() + lifetimeMs - spareMs;
			},
			() => {
				held.expiresMs = 0;
			},
		);
		return token;
	}
}

function bearerHeader(token: string): string {
	return `Bearer ${token}`;
}

function tokenService(
	{parameters}: Challenge,
	scopes: Iterable<string>,
	{host, insecure}: {host: string; insecure: boolean},
): TokenService {
	const realm = URL.parse(parameters.realm ?? '');
	const isAllowed = realm?.protocol === 'https:' || (insecure && realm?.protocol === 'http:');
	if (realm === null || !isAllowed)
		throw new RegistryFailure('registry-protocol', `${host} names no token server with https`, {
			hint: 'Tell who runs the registry.',
		});
	realm.username = '';
	realm.password = '';
	return {realm, service: parameters.service, scopes: [...scopes]};
}
