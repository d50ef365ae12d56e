import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {webRequest} from '../answers/web-address.ts';
import {isWebAddress} from '../config/load-config.ts';
import type {KickstartEffects} from './read-kickstart.ts';

const maxIncludeSize = 4 * 1024 * 1024;
const timeoutMs = 60_000;

/**
 * Reads what `%include` and `%ksappend` name: a URL with https://, or a path, which may start at the folder of the file
 * that names it. What cannot be read is not there. Scripts come this way, so a URL without TLS will not do.
 */
export function kickstartIncludes({
	fetch,
	signal,
}: {
	readonly fetch: typeof globalThis.fetch;
	readonly signal: AbortSignal;
}): KickstartEffects['readInclude'] {
	return async (target, includedBy) => {
		if (/^https:\/\//i.test(target)) return readWeb(target, fetch, signal);
		if (/^[a-z]+:\/\//i.test(target)) return undefined;
		if (!isWebAddress(includedBy))
			return readText(path.resolve(path.dirname(includedBy), target), signal);
		return path.isAbsolute(target) ? readText(target, signal) : undefined;
	};
}

async function readText(file: string, signal: AbortSignal): Promise<string | undefined> {
	try {
		return await readFile(file, {encoding: 'utf8', signal});
	} catch (error) {
		signal.throwIfAborted();
		if (error instanceof Error && 'code' in error) return undefined;
		throw error;
	}
}

async function readWeb(
	address: string,
	fetch: typeof globalThis.fetch,
	signal: AbortSignal,
): Promise<string | undefined> {
	const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
	try {
		const {url, headers} = webRequest(address);
		const response = await fetch(url, {headers, signal: until});
		const size = Number(response.headers.get('content-length') ?? 0);
		if (!response.ok || size > maxIncludeSize) return undefined;
		return await response.text();
	} catch (error) {
		signal.throwIfAborted();
		if (error instanceof TypeError || until.aborted) return undefined;
		throw error;
	}
}
