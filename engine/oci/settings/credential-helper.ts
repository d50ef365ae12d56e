import * as v from 'valibot';
import {OperationFailed, UsageError} from '../../errors.ts';
import type {System} from '../../system/system.ts';
import type {RegistryCredentials} from '../registry/endpoint.ts';

const answerSchema = v.object({Username: v.string(), Secret: v.string()});

/** How all helpers say that they know nothing of a host. */
const notFound = 'credentials not found in native keychain';
const identityTokenUser = '<token>';

export interface HelperQuestion {
	/** What follows `docker-credential-` in the program's name. */
	readonly suffix: string;
	/** As references have it. */
	readonly host: string;
	/** The file that names the helper, for messages. */
	readonly source: string;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Asks a program that keeps credentials. What it answers is in no error, for it may hold a secret.
 * @throws UsageError for a suffix that is a path
 * @throws Lacking `missing-program`
 * @throws OperationFailed `credential-helper`, `command-failed`
 * @see https://github.com/docker/docker-credential-helpers#development
 */
export async function askCredentialHelper(
	system: System,
	{suffix, host, source, signal}: HelperQuestion,
): Promise<RegistryCredentials | undefined> {
	if (!/^[^/\p{Cc}]+$/u.test(suffix))
		throw new UsageError(`${source}: ${JSON.stringify(suffix)} is no credential helper`, {
			hint: 'Write what follows docker-credential- in the name of its program.',
		});
	const program = `docker-credential-${suffix}`;
	const {status, stdout} = await system.run(program, ['get'], {
		input: host,
		okStatuses: [0, 1],
		...(signal && {signal}),
	});
	if (status === 0) return parseAnswer(stdout, program, host);
	if (stdout.trim() === notFound) return undefined;
	throw helperFailed(`${program} could not tell the credentials of ${host}`, program, host);
}

function parseAnswer(
	stdout: string,
	program: string,
	host: string,
): RegistryCredentials | undefined {
	const answer = v.safeParse(v.pipe(v.string(), v.parseJson(), answerSchema), stdout);
	if (!answer.success)
		throw helperFailed(`${program} answered for ${host} in an unknown form`, program, host);
	const {Username: username, Secret: secret} = answer.output;
	if (username === identityTokenUser) return {kind: 'identity-token', token: secret};
	if (username === '' && secret === '') return undefined;
	return {kind: 'password', username, password: secret};
}

function helperFailed(message: string, program: string, host: string): OperationFailed {
	return new OperationFailed('credential-helper', message, {
		hint: `See what it says: echo ${host} | ${program} get`,
	});
}
