import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {type EngineError, Refused, UsageError} from '../../engine/errors.ts';
import {webRequest, withoutSecrets} from '../answers/web-address.ts';

/** Longer ones are no configuration. */
const maxConfigSize = 4 * 1024 * 1024;
const timeoutMs = 60_000;

export interface ConfigSource {
	/** A path, `-` for standard input, or a URL. */
	readonly name: string;
	/** Of the file as it is, in hex; needed with a URL. */
	readonly sha256: string | undefined;
}

/** What loading reaches out to. */
export interface ConfigWorld {
	readonly fetch: typeof fetch;
	readonly stdin: AsyncIterable<Uint8Array>;
	readonly signal: AbortSignal;
}

/**
 * Reads a configuration from where it is.
 * @throws UsageError when it is not there, is no text or lacks its checksum
 * @throws Refused `config-unreachable`, `config-checksum`
 */
export async function loadConfig(source: ConfigSource, world: ConfigWorld): Promise<string> {
	const {sha256} = source;
	const name = withoutSecrets(source.name);
	if (sha256 !== undefined && !/^[0-9a-fA-F]{64}$/.test(sha256))
		throw new UsageError(`--config-sha256 is ${sha256}, expected 64 hex digits`, {
			hint: 'sha256sum prints it.',
		});
	const bytes = await collect(name, await open(source, name, world));
	if (sha256 !== undefined) checkDigest(name, bytes, sha256.toLowerCase());
	try {
		return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
	} catch (cause) {
		throw new UsageError(`${name} is not UTF-8`, {hint: 'Save it as UTF-8.', cause});
	}
}

async function open(
	{name: address, sha256}: ConfigSource,
	name: string,
	{fetch, stdin, signal}: ConfigWorld,
): Promise<AsyncIterable<Uint8Array>> {
	if (address === '-') return stdin;
	if (!isWebAddress(address)) return createReadStream(address);
	if (!URL.canParse(address))
		throw new UsageError('the configuration is a URL that is none', {
			hint: 'Give one such as https://config.example.com/site.toml.',
		});
	if (sha256 === undefined)
		throw new UsageError(`${name} needs --config-sha256: what comes from there may change`, {
			hint: 'Give the output of sha256sum of the file.',
		});
	const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
	const {url, headers} = webRequest(address);
	const response = await fetch(url, {headers, signal: until}).catch((cause: unknown) => {
		signal.throwIfAborted();
		throw unreachable(name, cause instanceof Error ? cause.message : String(cause), cause);
	});
	if (!response.ok || response.body === null) throw unreachable(name, `HTTP ${response.status}`);
	return response.body;
}

export function isWebAddress(name: string): boolean {
	return /^https?:\/\//i.test(name);
}

async function collect(name: string, stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	try {
		for await (const chunk of stream) {
			size += chunk.length;
			if (size > maxConfigSize)
				throw new UsageError(`${name} is larger than 4 MiB`, {hint: 'Look what file it is.'});
			chunks.push(chunk);
		}
	} catch (error) {
		throw isWebAddress(name) ? asUnreachable(name, error) : asMissing(name, error);
	}
	return Buffer.concat(chunks);
}

function asUnreachable(name: string, error: unknown): unknown {
	if (error instanceof UsageError || !(error instanceof Error)) return error;
	return error.name === 'AbortError' ? error : unreachable(name, error.message, error);
}

function asMissing(name: string, error: unknown): unknown {
	if (!(error instanceof Error && 'code' in error)) return error;
	if (error.code !== 'ENOENT' && error.code !== 'EISDIR') return error;
	const what = error.code === 'ENOENT' ? 'does not exist' : 'is a folder';
	return new UsageError(`${name} ${what}`, {
		hint: 'Name a file; in a container, one that is mounted into it.',
		cause: error,
	});
}

function unreachable(name: string, why: string, cause?: unknown): EngineError {
	return new Refused('config-unreachable', `${name} cannot be read: ${why}`, {
		hint: 'Look at the URL, the network and the clock.',
		cause,
	});
}

function checkDigest(name: string, bytes: Buffer, wanted: string): void {
	const found = createHash('sha256').update(bytes).digest('hex');
	if (found === wanted) return;
	const isPage = /^\s*<(?:!doctype|html)/i.test(bytes.toString('latin1', 0, 200));
	throw new Refused(
		'config-checksum',
		`${name} has the SHA-256 ${found}, not ${wanted}${isPage ? ': it is a web page' : ''}`,
		{hint: 'Look at what is there now; if it is right, give its checksum.'},
	);
}
