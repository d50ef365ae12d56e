import * as v from 'valibot';
import {UsageError} from '../../errors.ts';
import type {RegistryCredentials} from '../registry/endpoint.ts';

/** A file of credentials, as `podman login` and `docker login` write them. */
export interface AuthFile {
	/** For messages. */
	readonly path: string;
	readonly auths: ReadonlyMap<string, AuthEntry>;
	/** Suffix of a credential helper by host. */
	readonly credHelpers: ReadonlyMap<string, string>;
}

export interface AuthEntry {
	/** `user:password` in base64. */
	readonly auth: string;
	readonly identitytoken: string;
}

/** What a file has for a repository: credentials, or whom to ask. */
export type AuthMatch = RegistryCredentials | {readonly kind: 'helper'; readonly suffix: string};

const text = v.nullish(v.string('a string'), '');
/** To the schema alone a list is an object too. */
const noList = v.pipe(
	v.unknown(),
	v.check((value) => !Array.isArray(value), 'an object'),
);
const entry = v.pipe(noList, v.object({auth: text, identitytoken: text}, 'an object'));
const auths = v.pipe(noList, v.record(v.string(), v.nullish(entry, {}), 'an object'));
const helpers = v.pipe(noList, v.record(v.string(), v.string('a string'), 'an object'));
const schema = v.pipe(
	noList,
	v.object({auths: v.nullish(auths, {}), credHelpers: v.nullish(helpers, {})}, 'an object'),
);

/**
 * Errors name the file and the place in it, and keep no cause: that of a JSON parser has a piece of
 * the text.
 * @throws UsageError
 * @see https://github.com/containers/container-libs/blob/main/image/docs/containers-auth.json.5.md
 */
export function parseAuthFile(path: string, bytes: Buffer): AuthFile {
	const result = v.safeParse(schema, parseJson(path, bytes.toString()), {abortEarly: true});
	if (result.success) {
		const {auths, credHelpers} = result.output;
		return {
			path,
			auths: new Map(Object.entries(auths)),
			credHelpers: new Map(Object.entries(credHelpers)),
		};
	}
	const [issue] = result.issues;
	throw authMistake(path, `${v.getDotPath(issue) ?? 'it'} is not ${issue.message}`);
}

function parseJson(path: string, text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		const line = /\(line \d+ column \d+\)$/.exec(error.message)?.[0];
		throw authMistake(path, `it is not JSON${line === undefined ? '' : ` ${line}`}`);
	}
}

/**
 * A helper for the host comes first, then the entry of the repository or of what is nearest above it,
 * then one whose key is a URL of the host. The first decides, although it may be empty.
 * @param host as references have it: `docker.io`
 * @throws UsageError for an entry that cannot be decoded
 */
export function findAuth(
	file: AuthFile,
	{host, repository}: {readonly host: string; readonly repository: string},
): AuthMatch | undefined {
	const suffix = file.credHelpers.get(host);
	if (suffix !== undefined) return {kind: 'helper', suffix};
	const key =
		upwards(`${host}/${repository}`).find((name) => file.auths.has(name)) ??
		[...file.auths.keys()].find((name) => hostOfUrl(name) === loginHost(host));
	const found = key === undefined ? undefined : file.auths.get(key);
	return key === undefined || found === undefined ? undefined : decode(file.path, key, found);
}

/** `host/ns/repo`, `host/ns`, `host`. */
function upwards(name: string): string[] {
	const parts = name.split('/');
	return parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
}

/** docker writes `https://index.docker.io/v1/`; a path counts only where there is no scheme. */
function hostOfUrl(key: string): string {
	const [, host] = /^https?:\/\/([^/]*)/.exec(key) ?? [];
	return loginHost(host ?? key);
}

function loginHost(host: string): string {
	return host === 'docker.io' || host === 'registry-1.docker.io' ? 'index.docker.io' : host;
}

function decode(
	path: string,
	key: string,
	{auth, identitytoken}: AuthEntry,
): RegistryCredentials | undefined {
	if (identitytoken !== '') return {kind: 'identity-token', token: identitytoken};
	const base64 = auth.replace(/[\r\n]/g, '');
	if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64))
		throw authMistake(path, `auths.${key}.auth is not base64`);
	const decoded = Buffer.from(base64, 'base64').toString();
	const colon = decoded.indexOf(':');
	// Those without are no credentials, but marks that other programs leave.
	if (colon === -1 || decoded === ':') return undefined;
	// Some writers fill the password up with NULs.
	const password = decoded.slice(colon + 1).replace(/^\0+|\0+$/g, '');
	return {kind: 'password', username: decoded.slice(0, colon), password};
}

function authMistake(path: string, what: string): UsageError {
	return new UsageError(`${path} is no file of registry credentials: ${what}`, {
		hint: `Correct it, or write it again: podman login --authfile ${path} REGISTRY`,
	});
}
