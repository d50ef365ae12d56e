import {xattrHeaderSize} from './format.ts';
import {entryLength, writeEntry, type XattrPair} from './xattr-pair.ts';

/** Bytes of all xattrs behind an inode's header, of which the first `maxShared` shared ones are references. */
export function xattrBodyLength(pairs: readonly XattrPair[], maxShared: number): number {
	if (pairs.length === 0) return 0;
	let length = xattrHeaderSize;
	let references = 0;
	for (const pair of pairs) {
		if (pair.sharedOffset >= 0 && references < maxShared) {
			references++;
			length += 4;
		} else length += entryLength(pair);
	}
	return length;
}

/**
 * Writes an inode's xattrs: filter, references, entries.
 * @param tableOffset of the shared table, in bytes from the start of the block it begins in
 */
export function writeXattrBody(
	out: Buffer,
	offset: number,
	pairs: readonly XattrPair[],
	{maxShared, tableOffset}: {readonly maxShared: number; readonly tableOffset: number},
): void {
	if (pairs.length === 0) return;
	let filter = -1;
	let references = 0;
	let at = offset + xattrHeaderSize;
	for (const pair of pairs) {
		filter &= pair.key.filterMask;
		if (pair.sharedOffset < 0 || references === maxShared) continue;
		at = out.writeUInt32LE((tableOffset + pair.sharedOffset) / 4, at);
		references++;
	}
	out.writeInt32LE(filter, offset);
	out[offset + 4] = references;
	for (const pair of pairs) {
		if (pair.sharedOffset >= 0 && references > 0) references--;
		else at = writeEntry(out, at, pair);
	}
}

/** Writes the shared table. */
export function writeSharedXattrs(out: Buffer, offset: number, pairs: readonly XattrPair[]): void {
	let at = offset;
	for (const pair of pairs) at = writeEntry(out, at, pair);
}
