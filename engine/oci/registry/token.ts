import * as v from 'valibot';
import type {RegistryCredentials} from './endpoint.ts';
import {RegistryFailure} from './failure.ts';
import type {HttpRequest} from './transport.ts';

export interface Token {
	readonly value: string;
	/** From when it was received. When it was issued is by another clock than ours. */
	readonly lifetimeMs: number;
}

export const maxTokenSize = 1 << 20;
/** What the specification wants to be taken when nothing, or less, is said. */
const leastLifetimeSeconds = 60;
const clientId = 'slipway';

/** Where a bearer token comes from, from a registry's challenge. */
export interface TokenService {
	readonly realm: URL;
	readonly service: string | undefined;
	readonly scopes: readonly string[];
}

/**
 * The request for a token: with the login if there is one, anonymous otherwise, since public images
 * need a token too.
 * @see https://distribution.github.io/distribution/spec/auth/token/
 * @see https://distribution.github.io/distribution/spec/auth/oauth/
 */
export function tokenRequest(
	{realm, service, scopes}: TokenService,
	credentials: RegistryCredentials | undefined,
): HttpRequest {
	const url = new URL(realm);
	if (credentials?.kind === 'identity-token') {
		const form = new URLSearchParams({
			grant_type: 'refresh_token',
			refresh_token: credentials.token,
			client_id: clientId,
			scope: scopes.join(' '),
			...(service !== undefined && {service}),
		});
		const headers = {'content-type': 'application/x-www-form-urlencoded'};
		return {method: 'POST', url, headers, body: form.toString()};
	}
	if (credentials !== undefined) url.searchParams.set('account', credentials.username);
	if (service !== undefined) url.searchParams.set('service', service);
	for (const scope of scopes) url.searchParams.append('scope', scope);
	const headers = credentials === undefined ? {} : {authorization: basicHeader(credentials)};
	return {method: 'GET', url, headers};
}

export function basicHeader({
	username,
	password,
}: {
	readonly username: string;
	readonly password: string;
}): string {
	return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Header values must not have line ends, nor must a token. */
const tokenText = v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/));
const answerSchema = v.pipe(
	v.string(),
	v.parseJson(),
	v.object({
		token: v.optional(v.fallback(v.string(), '')),
		access_token: v.optional(v.fallback(v.string(), '')),
		expires_in: v.fallback(v.optional(v.number()), undefined),
	}),
	v.transform(({token, access_token, expires_in}) => ({
		value: token || access_token,
		lifetimeMs: Math.max(expires_in ?? 0, leastLifetimeSeconds) * 1000,
	})),
	v.object({value: tokenText, lifetimeMs: v.number()}),
);

/**
 * Reads the answer of a token server.
 * @throws RegistryFailure which says nothing of the answer: a part of it is secret
 */
export function parseToken(bytes: Buffer, host: string): Token {
	const result = v.safeParse(answerSchema, bytes.toString());
	if (result.success) return result.output;
	throw new RegistryFailure('registry-protocol', `${host} answers without a token`, {
		hint: 'Tell who runs the registry.',
	});
}
