import type {ByteString} from '../tree/tree.ts';
import {damagedEntry} from './damage.ts';
import type {TarHeader} from './header.ts';
import {type PaxRecords, parsePax} from './pax.ts';

/** What the headers before an entry's own say about it. */
export interface Extensions {
	readonly pax?: PaxRecords;
	/** GNU `L`. */
	readonly longName?: ByteString;
	/** GNU `K`. */
	readonly longLinkName?: ByteString;
}

export const noExtensions: Extensions = {};

const kinds: Readonly<Record<string, keyof Extensions>> = {
	x: 'pax',
	L: 'longName',
	K: 'longLinkName',
};

/** Which extension a header with this type flag carries, if any. */
export function extensionKind(typeflag: string): keyof Extensions | undefined {
	return kinds[typeflag];
}

/**
 * The extensions with one more.
 * @throws DamagedInput for one given twice, and as {@link parsePax}
 */
export function withExtension(before: Extensions, header: TarHeader, data: Buffer): Extensions {
	const kind = extensionKind(header.typeflag);
	if (kind === undefined) throw new Error(`"${header.typeflag}" is no extension`);
	if (before[kind] !== undefined)
		throw damagedEntry(header, `one entry has two headers of type "${header.typeflag}"`);
	if (kind === 'pax') return {...before, pax: parsePax(data, header)};
	const nul = data.indexOf(0);
	return {...before, [kind]: data.toString('latin1', 0, nul === -1 ? data.length : nul)};
}
