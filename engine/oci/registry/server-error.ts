import * as v from 'valibot';
import type {RegistryCredentials} from './endpoint.ts';
import type {ServerError} from './failure.ts';

/** Larger bodies of failed answers are not read. */
export const maxErrorSize = 64 << 10;
const maxShown = 200;

const errorsSchema = v.object({
	errors: v.tupleWithRest(
		[v.object({code: v.fallback(v.string(), ''), message: v.fallback(v.string(), '')})],
		v.unknown(),
	),
});

/**
 * The first error in the body of an answer, cleaned so that it can be shown: one line without control
 * characters, and without what is, or looks like, a secret. Undefined when the body is something else.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
 */
export function parseServerError(
	body: Buffer,
	credentials: RegistryCredentials | undefined,
): ServerError | undefined {
	const result = v.safeParse(v.pipe(v.string(), v.parseJson(), errorsSchema), body.toString());
	if (!result.success) return undefined;
	const [{code, message}] = result.output.errors;
	const known = /^[A-Za-z_]{1,40}$/.test(code) ? code.toUpperCase() : '';
	const shown = shorten(withoutSecrets(oneLine(message), credentials));
	return known === '' && shown === '' ? undefined : {code: known, message: shown};
}

function oneLine(text: string): string {
	return text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
}

function shorten(text: string): string {
	return text.length <= maxShown ? text : `${text.slice(0, maxShown)}…`;
}

/** A server may repeat what it was sent. */
function withoutSecrets(text: string, credentials: RegistryCredentials | undefined): string {
	let clean = text;
	for (const secret of secretsOf(credentials)) clean = clean.replaceAll(secret, '…');
	// Tokens and signatures look like this; digests may stay.
	return clean.replace(/sha256:[0-9a-f]{64}|[A-Za-z0-9+/=_.~%-]{40,}/g, (word) =>
		word.startsWith('sha256:') ? word : '…',
	);
}

function secretsOf(credentials: RegistryCredentials | undefined): string[] {
	const secrets =
		credentials === undefined
			? []
			: credentials.kind === 'password'
				? [
						credentials.password,
						Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64'),
					]
				: [credentials.token];
	return secrets.filter((secret) => secret !== '');
}
