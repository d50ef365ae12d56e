import {type EngineError, OperationFailed, Refused} from '../../errors.ts';

export type RegistryFailureCode =
	/** It wants a login, or another one. */
	| 'registry-unauthorized'
	/** The login may not pull this. */
	| 'registry-forbidden'
	| 'registry-rate-limited'
	/** It answers that it is in trouble. */
	| 'registry-unavailable'
	/** No connection. */
	| 'registry-unreachable'
	/** Its certificate, or ours. */
	| 'registry-untrusted'
	/** Connected, and nothing or hardly anything comes. */
	| 'registry-stalled'
	| 'registry-interrupted'
	/** Content that its own manifest names is not there. */
	| 'registry-incomplete'
	/** It gives blobs as a whole only. */
	| 'registry-no-ranges'
	/** It answers what no registry should. */
	| 'registry-protocol';

interface FailureDetails {
	readonly hint?: string;
	readonly cause?: unknown;
	readonly isTransient?: boolean;
	readonly retryAfterMs?: number | undefined;
	readonly status?: number;
}

/** A registry did not give what it was asked for. Messages name hosts, never whole URLs: those hold secrets. */
export class RegistryFailure extends OperationFailed {
	declare readonly code: RegistryFailureCode;
	/** Whether the same request may work later. */
	readonly isTransient: boolean;
	/** What the registry asked us to wait. */
	readonly retryAfterMs: number | undefined;
	/** Of its answer; undefined when there was none. */
	readonly status: number | undefined;

	constructor(code: RegistryFailureCode, message: string, details: FailureDetails = {}) {
		const {isTransient = false, retryAfterMs, status, ...options} = details;
		super(code, message, options);
		this.isTransient = isTransient;
		this.retryAfterMs = retryAfterMs;
		this.status = status;
	}
}

/** Where the machine's own login stays: without a file podman keeps it until the next boot. */
const loginCommand = (host: string): string =>
	`podman login --authfile /etc/ostree/auth.json ${host}`;

/** An answer that is not what was asked for. */
export interface FailedAnswer {
	/** As references and logins name it. */
	readonly host: string;
	readonly repository: string;
	/** What was asked for: an image by its tag or digest, or content that a manifest names. */
	readonly wanted: {
		readonly what: 'image' | 'content' | 'token' | 'registry';
		readonly name: string;
	};
	readonly hasCredentials: boolean;
	readonly status: number;
	/** The host that answered, when the registry redirected there. */
	readonly redirectedTo: string | undefined;
	/** What it said itself, fit to be shown. */
	readonly said: ServerError | undefined;
	readonly retryAfterMs: number | undefined;
}

export interface ServerError {
	/** As the registry's protocol has them: `MANIFEST_UNKNOWN`. */
	readonly code: string;
	readonly message: string;
}

/** @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
export function failedAnswer(answer: FailedAnswer): EngineError {
	const {host, repository, status, redirectedTo, said} = answer;
	const say = (text: string) => `${text}${said ? ` (${said.message || said.code})` : ''}`;
	const place = `${host}/${repository}`;
	if (redirectedTo !== undefined)
		return new RegistryFailure(
			status >= 500 ? 'registry-unavailable' : 'registry-protocol',
			say(`${redirectedTo}, to which ${host} redirects, answers with status ${status}`),
			// A signed address that ran out; the registry makes a new one.
			{isTransient: true, status, retryAfterMs: answer.retryAfterMs, hint: later},
		);
	if (isMissing(answer)) return missing(answer, say);
	switch (status) {
		case 400:
		case 401:
			return unauthorized(answer, say);
		case 403:
			return new RegistryFailure('registry-forbidden', say(`${host} forbids to pull ${place}`), {
				status,
				hint: `Ask who runs it for the right to pull, or log in as who has it: ${loginCommand(host)}`,
			});
		case 429:
			return new RegistryFailure('registry-rate-limited', say(`${host} gets too many requests`), {
				status,
				isTransient: true,
				retryAfterMs: answer.retryAfterMs,
				hint: `${whenAgain(answer.retryAfterMs)} With a login limits are often higher: ${loginCommand(host)}`,
			});
		default:
			return otherStatus(answer, say);
	}
}

const later = 'Try again later. If it stays so, tell who runs the registry.';

function whenAgain(retryAfterMs: number | undefined): string {
	return retryAfterMs === undefined
		? 'Try again later.'
		: `Try again in ${Math.ceil(retryAfterMs / 1000)} s.`;
}

/** Registries disagree on how they say so. */
function isMissing({wanted, status, said}: FailedAnswer): boolean {
	if (wanted.what !== 'image' && wanted.what !== 'content') return false;
	const codes = ['MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'BLOB_UNKNOWN'];
	if (status === 404 || codes.includes(said?.code ?? '')) return true;
	return said?.code === 'UNKNOWN' && /not found/i.test(said.message);
}

function missing(
	{host, repository, wanted, status}: FailedAnswer,
	say: (text: string) => string,
): EngineError {
	if (wanted.what === 'image')
		return new Refused(
			'no-such-image',
			say(`${host} has no image ${wanted.name} in ${repository}`),
			{
				hint: `Look at its name and tag. If it is private, log in: ${loginCommand(host)}`,
			},
		);
	return new RegistryFailure('registry-incomplete', say(`${host} has lost ${wanted.name}`), {
		status,
		hint: 'Push the image again.',
	});
}

function unauthorized(answer: FailedAnswer, say: (text: string) => string): EngineError {
	const {host, repository, wanted, hasCredentials, status} = answer;
	// Token servers say 400 to a login they do not know; elsewhere it is a fault of the request.
	if (status === 400 && wanted.what !== 'token') return otherStatus(answer, say);
	const what = hasCredentials
		? `${host} does not accept the login for ${repository}`
		: `${host} wants a login for ${repository}`;
	return new RegistryFailure('registry-unauthorized', say(what), {
		status,
		hint: `Log in: ${loginCommand(host)}`,
	});
}

function otherStatus(
	{host, wanted, status, retryAfterMs}: FailedAnswer,
	say: (text: string) => string,
): EngineError {
	const who = wanted.what === 'token' ? `the token server of ${host}` : host;
	if (status >= 500 || status === 408)
		return new RegistryFailure(
			'registry-unavailable',
			say(`${who} answers with status ${status}`),
			{
				status,
				isTransient: true,
				retryAfterMs,
				hint: later,
			},
		);
	const text =
		wanted.what === 'registry'
			? `${host} is not a registry: /v2/ answers with status ${status}`
			: `${who} answers with status ${status} for ${wanted.name}`;
	return new RegistryFailure('registry-protocol', say(text), {
		status,
		hint: `Look whether ${host} is the registry that is meant.`,
	});
}
