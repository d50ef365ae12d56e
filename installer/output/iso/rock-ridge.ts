/**
 * Names and modes of files as Unix has them, in the system use areas of directory records.
 * @see IEEE P1281 (SUSP) and P1282 (Rock Ridge); the entries here are those of version 1 of both
 */
import {constants} from 'node:fs';
import type {ByteString} from '../../../engine/tree/tree.ts';
import {both32} from './field-encoding.ts';

export type NodeKind = 'file' | 'folder';

/** POSIX attributes; all belong to root. */
export function attributesEntry(kind: NodeKind, mode: number, links: number): Buffer {
	const type = kind === 'folder' ? constants.S_IFDIR : constants.S_IFREG;
	return entry('PX', both32(type | mode), both32(links), both32(0), both32(0));
}

/** An entry is no longer than a byte can say. */
const maxNamePiece = 250;
const nameGoesOn = 1;

/** The real name, in as many entries as it needs. */
export function nameEntries(name: ByteString): Buffer[] {
	const bytes = Buffer.from(name, 'latin1');
	const entries: Buffer[] = [];
	for (let from = 0; from < bytes.length; from += maxNamePiece) {
		const isLast = from + maxNamePiece >= bytes.length;
		const flags = Buffer.from([isLast ? 0 : nameGoesOn]);
		entries.push(entry('NM', flags, bytes.subarray(from, from + maxNamePiece)));
	}
	return entries;
}

/** Says that there are such entries; the first of the root's own record. */
export const sharingEntry = entry('SP', Buffer.from([0xbe, 0xef, 0]));

const extension = {
	id: 'RRIP_1991A',
	descriptor:
		'THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS',
	source:
		'PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  SEE PUBLISHER IDENTIFIER IN PRIMARY VOLUME DESCRIPTOR FOR CONTACT INFORMATION.',
};

/** Says what they mean; in the root's own record. */
export const extensionEntry = entry(
	'ER',
	Buffer.from([extension.id.length, extension.descriptor.length, extension.source.length, 1]),
	...Object.values(extension).map((text) => Buffer.from(text)),
);

/** Where the entries go on that have no room in the record. @param block of the volume */
export function continuationEntry(block: number, offset: number, length: number): Buffer {
	return entry('CE', both32(block), both32(offset), both32(length));
}

export const continuationLength = 28;

function entry(signature: string, ...fields: readonly Buffer[]): Buffer {
	const length = fields.reduce((sum, field) => sum + field.length, 4);
	return Buffer.concat([Buffer.from(signature), Buffer.from([length, 1]), ...fields]);
}
