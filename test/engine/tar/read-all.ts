import type {TarEntry} from '../../../engine/tar/entry.ts';
import {TarReader, type TarReaderOptions} from '../../../engine/tar/reader.ts';

export interface ReadEntry extends TarEntry {
	/** Undefined for an entry of size 0. */
	readonly content: Buffer | undefined;
}

/** All entries of a tar given in chunks of any sizes. */
export async function readAll(
	chunks: Iterable<Buffer>,
	options?: TarReaderOptions,
): Promise<ReadEntry[]> {
	const entries: ReadEntry[] = [];
	const reader = new TarReader((entry) => {
		const parts: Buffer[] = [];
		const index = entries.push({...entry, content: undefined}) - 1;
		return {
			write(chunk) {
				parts.push(Buffer.from(chunk));
			},
			end() {
				entries[index] = {...entry, content: Buffer.concat(parts)};
			},
		};
	}, options);
	for (const chunk of chunks) await reader.write(chunk);
	reader.end();
	return entries;
}

export function* chunksOf(bytes: Buffer, size: number): Generator<Buffer> {
	for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
