import type {ByteString} from '../tree/tree.ts';
import {xattrHeaderSize, xattrPrefixes} from './format.ts';
import {xxh32} from './xxh32.ts';

const filterSeed = 0x25bbe08f;

/** A key as EROFS has it: the number of a known prefix, and the rest. */
export interface XattrKey {
	readonly name: ByteString;
	readonly prefixIndex: number;
	readonly suffix: ByteString;
	/** The bit of the name filter that is cleared where an inode has this key. */
	readonly filterMask: number;
	readonly pairs: Map<ByteString, XattrPair>;
}

/** A key with a value: one object for all inodes that hold it. */
export interface XattrPair {
	readonly key: XattrKey;
	readonly value: ByteString;
	holders: number;
	/** Bytes from the start of the shared table; -1 for pairs that are not in it. */
	sharedOffset: number;
}

/** The xattrs of all inodes of an image, each pair once, and the table of those that are shared. */
export class XattrTable {
	readonly #keys = new Map<ByteString, XattrKey>();
	/** In table order, once {@link shareRepeated} has run. */
	shared: readonly XattrPair[] = [];
	sharedLength = 0;

	/** The pair's one object; counts another inode that holds it. */
	hold(name: ByteString, value: ByteString): XattrPair {
		let key = this.#keys.get(name);
		if (key === undefined) {
			key = makeKey(name);
			this.#keys.set(name, key);
		}
		let pair = key.pairs.get(value);
		if (pair === undefined) {
			pair = {key, value, holders: 0, sharedOffset: -1};
			key.pairs.set(value, pair);
		}
		pair.holders++;
		return pair;
	}

	has(name: ByteString): boolean {
		return this.#keys.has(name);
	}

	/** Puts every pair that two or more inodes hold into the table; all inodes must be known by now. */
	shareRepeated(): void {
		const shared = [...this.#keys.values()].flatMap((key) =>
			[...key.pairs.values()].filter((pair) => pair.holders > 1),
		);
		shared.sort(compareForTable);
		for (const pair of shared) {
			pair.sharedOffset = this.sharedLength;
			this.sharedLength += entryLength(pair);
		}
		this.shared = shared;
	}
}

function makeKey(name: ByteString): XattrKey {
	const known = xattrPrefixes.find(({prefix}) => name.startsWith(prefix));
	const prefixIndex = known?.index ?? 0;
	const suffix = name.slice(known?.prefix.length ?? 0);
	const bit = xxh32(Buffer.from(suffix, 'latin1'), filterSeed + prefixIndex) & 31;
	return {name, prefixIndex, suffix, filterMask: ~(1 << bit), pairs: new Map()};
}

/** Descending: by key, then the value's length, then the value. */
function compareForTable(a: XattrPair, b: XattrPair): number {
	if (a.key !== b.key) return a.key.name < b.key.name ? 1 : -1;
	return b.value.length - a.value.length || (a.value < b.value ? 1 : -1);
}

/** Bytes of an entry, in the table and behind an inode alike. */
function entryLength({key, value}: XattrPair): number {
	return (4 + key.suffix.length + value.length + 3) & ~3;
}

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
export function writeSharedXattrs(out: Buffer, offset: number, table: XattrTable): void {
	let at = offset;
	for (const pair of table.shared) at = writeEntry(out, at, pair);
}

/** @returns the offset behind the entry and its padding */
function writeEntry(out: Buffer, offset: number, pair: XattrPair): number {
	const {suffix, prefixIndex} = pair.key;
	out[offset] = suffix.length;
	out[offset + 1] = prefixIndex;
	out.writeUInt16LE(pair.value.length, offset + 2);
	out.write(suffix, offset + 4, 'latin1');
	out.write(pair.value, offset + 4 + suffix.length, 'latin1');
	return offset + entryLength(pair);
}
