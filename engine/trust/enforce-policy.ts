import {realpath} from 'node:fs/promises';
import path from 'node:path';
import {OperationFailed, Refused} from '../errors.ts';
import {
	readNamedSettings,
	readSettings,
	type SettingsPlaces,
	settingsFolders,
} from '../oci/settings/places.ts';
import {refusalOf} from './decide.ts';
import {type Policy, parsePolicy} from './policy.ts';
import type {PolicySubject} from './policy-subject.ts';

export interface PolicyOptions {
	readonly places: SettingsPlaces;
	/** Read instead of the system's; what a person gives with `--policy`. */
	readonly policyFile?: string | undefined;
}

const fileName = 'policy.json';
const variable = 'CONTAINERS_POLICY_JSON';
const permissive = '{"default": [{"type": "insecureAcceptAnything"}]}';

/**
 * The gate before anything of an image but its name is read.
 * @throws Refused `policy-rejects`, `policy-unchecked`, `no-policy`, `no-such-image` for a path that is not there
 * @throws UsageError for a mistake in the policy
 */
export async function enforcePolicy(subject: PolicySubject, options: PolicyOptions): Promise<void> {
	const policy = await readPolicy(options);
	const refusal = refusalOf(policy, await withRealPath(subject));
	if (refusal !== undefined) throw refusal;
}

/** The first policy there is: without any nothing is accepted. */
async function readPolicy({places, policyFile}: PolicyOptions): Promise<Policy> {
	const instead = policyFile ?? places.environment[variable];
	if (instead) {
		const namedBy = policyFile === undefined ? variable : '--policy';
		return parsePolicy(instead, await readNamedSettings(places, instead, namedBy));
	}
	const files = settingsFolders(places).map((folder) => path.join(folder, fileName));
	for (const file of files) {
		const bytes = await readSettings(places, file);
		if (bytes !== undefined) return parsePolicy(file, bytes);
	}
	throw new Refused(
		'no-policy',
		`no signature policy says whose images are taken: no ${files.join(', no ')}`,
		{
			hint: `Write /etc/containers/policy.json; to take all images unsigned: ${permissive}`,
		},
	);
}

/** Scopes are paths without links in them. */
async function withRealPath(subject: PolicySubject): Promise<PolicySubject> {
	return 'path' in subject ? {...subject, path: await realPath(subject.path)} : subject;
}

async function realPath(file: string): Promise<string> {
	try {
		return await realpath(file);
	} catch (cause) {
		const {code} = cause as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR')
			throw new Refused('no-such-image', `there is no ${file}`, {
				hint: 'Correct the path, or mount what it is on.',
				cause,
			});
		throw new OperationFailed('read-failed', `${file} cannot be read: ${code}`, {cause});
	}
}
