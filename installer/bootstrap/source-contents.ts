import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {type EngineError, UsageError} from '../../engine/errors.ts';
import type {Answers, ContentSource, SecretSource} from '../answers/answers.ts';
import {Secret} from '../answers/secret.ts';
import {webRequest, withoutSecrets} from '../answers/web-address.ts';
import {isReadableByAll} from './careless-file.ts';

type Source = ContentSource | SecretSource;

/** What the sources of answers that lie elsewhere hold. */
export type ReadContents = ReadonlyMap<Source, Secret>;

/** Enough for a bundle of certificates or a seed. */
const largest = 16 * 1024 * 1024;

/** The content of a source of the answers that {@link readContents} read; secret or not, it is held as one. */
export function contentOf(source: Source, contents: ReadContents): Secret {
	if (source.kind === 'inline') return source.secret;
	if (source.kind === 'text') return new Secret(source.text);
	const content = contents.get(source);
	if (content === undefined) throw new RangeError(`nobody read the ${source.kind} of an answer`);
	return content;
}

/** Where sources are read from. */
export interface SourcePlaces {
	/** Of this process, as systemd names it in `CREDENTIALS_DIRECTORY`. */
	readonly credentials: string | undefined;
	readonly fetch: typeof fetch;
	readonly signal: AbortSignal;
}

export interface ContentsReading {
	readonly contents: ReadContents;
	readonly problems: readonly EngineError[];
	/** Files with secrets that everybody on this host may read. */
	readonly careless: readonly string[];
}

/**
 * Reads all contents that answers name and bootstrap content needs.
 * @returns what could be read, and all that could not
 */
export async function readContents(
	answers: Answers,
	places: SourcePlaces,
): Promise<ContentsReading> {
	const contents = new Map<Source, Secret>();
	const problems: EngineError[] = [];
	const {secret, open} = sourcesOf(answers);
	const careless: string[] = [];
	for (const source of [...secret, ...open]) {
		try {
			const bytes = await readSource(source, places);
			if (bytes !== undefined) contents.set(source, new Secret(bytes));
			if (source.kind !== 'file' || !secret.has(source)) continue;
			if (await isReadableByAll(source.path)) careless.push(source.path);
		} catch (error) {
			if (!(error instanceof UsageError)) throw error;
			problems.push(error);
		}
	}
	return {contents, problems, careless};
}

/** Paths of the files that {@link readContents} would read. */
export function localSources(answers: Answers): readonly string[] {
	const {secret, open} = sourcesOf(answers);
	return [...secret, ...open].flatMap((source) => (source.kind === 'file' ? [source.path] : []));
}

/** Each once: those that nobody else may see, and the others. */
function sourcesOf({storage, registry, files, credentials, cloudInit, network}: Answers): {
	readonly secret: ReadonlySet<Source>;
	readonly open: ReadonlySet<Source>;
} {
	const secret = [
		storage.encryption?.passphrase,
		storage.encryption?.tpm2?.pin,
		registry.auth,
		...credentials.values(),
		...(cloudInit === undefined
			? []
			: [cloudInit.userData, cloudInit.metaData, cloudInit.networkConfig]),
		...network.interfaces.map(({wifi}) => wifi?.passphrase),
		...files.map(({content, mode}) => ((mode & 0o077) === 0 ? content : undefined)),
	];
	const open = [
		...registry.caCertificates,
		...registry.signingKeys.values(),
		registry.policy,
		...files.map(({content, mode}) => ((mode & 0o077) === 0 ? undefined : content)),
	];
	return {
		secret: new Set(secret.filter((source) => source !== undefined)),
		open: new Set(open.filter((source) => source !== undefined)),
	};
}

/** Undefined for what is in the answers themselves. */
async function readSource(source: Source, places: SourcePlaces): Promise<Buffer | undefined> {
	switch (source.kind) {
		case 'inline':
		case 'text':
			return undefined;
		case 'file':
			return readLocal(source.path, `${source.path} cannot be read`);
		case 'credential':
			return readCredential(source.name, places);
		case 'url':
			return fetchChecked(source, places);
	}
}

async function readLocal(file: string, failure: string): Promise<Buffer> {
	try {
		return await readFile(file);
	} catch (cause) {
		const {code = 'unknown error'} = cause as NodeJS.ErrnoException;
		throw new UsageError(`${failure}: ${code}`, {
			hint: 'Correct the path; in a container, mount the file there.',
			cause,
		});
	}
}

async function readCredential(name: string, {credentials}: SourcePlaces): Promise<Buffer> {
	const failure = `the credential ${JSON.stringify(name)} cannot be read`;
	if (credentials === undefined || name.includes('/'))
		throw new UsageError(`${failure}: this process was given none of that name`, {
			hint: 'Hand it to the unit that runs this, with LoadCredential= or ImportCredential=.',
		});
	return readLocal(path.join(credentials, name), failure);
}

async function fetchChecked(
	{url, sha256}: Extract<ContentSource, {kind: 'url'}>,
	{fetch: get, signal}: SourcePlaces,
): Promise<Buffer> {
	const shown = withoutSecrets(url);
	const bytes = await fetchBytes(url, shown, get, signal);
	const found = createHash('sha256').update(bytes).digest('hex');
	if (found === sha256.toLowerCase()) return bytes;
	throw new UsageError(`${shown} has the SHA-256 ${found}, and not ${sha256}`, {
		hint: 'Look at what the server gives, and correct the one that is wrong.',
	});
}

async function fetchBytes(
	address: string,
	shown: string,
	get: typeof fetch,
	signal: AbortSignal,
): Promise<Buffer> {
	// Without a cause, which may have the whole URL in it.
	const failure = (reason: string) =>
		new UsageError(`${shown} cannot be fetched: ${reason}`, {
			hint: 'Look whether it can be reached from here.',
		});
	try {
		const {url, headers} = webRequest(address);
		const response = await get(url, {headers, signal});
		if (!response.ok) throw failure(`the server says ${response.status}`);
		const pieces: Uint8Array[] = [];
		let size = 0;
		for await (const piece of response.body ?? []) {
			size += piece.length;
			if (size > largest) throw failure(`it is larger than ${largest} bytes`);
			pieces.push(piece);
		}
		return Buffer.concat(pieces);
	} catch (error) {
		signal.throwIfAborted();
		if (error instanceof UsageError) throw error;
		throw failure('no answer');
	}
}
