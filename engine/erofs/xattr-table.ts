import type {ByteString} from '../tree/tree.ts';
import {metacopyKey, redirectKey, writeBytes, xattrHeaderSize, xattrPrefixes} from './format.ts';
import {verityAlgorithmOf, verityAlgorithms} from './fs-verity.ts';
import {xxh32} from './xxh32.ts';

const filterSeed = 0x25bbe08f;
const slash = 0x2f;

/** A key as EROFS has it: the number of a known prefix, and the rest. */
export interface XattrKey {
	readonly name: ByteString;
	readonly prefixIndex: number;
	readonly suffix: ByteString;
	/** Clears the bit of the name filter that stands for this key. */
	readonly filterMask: number;
	/** By value; without those that {@link ObjectPairs} hold. */
	readonly pairs: Map<ByteString, XattrPair>;
}

/**
 * How a pair's value is made from its text. Nearly every file has a metacopy and a redirect of its
 * own, so these are not made before they are written: the digest that both hold is at hand.
 */
export type XattrForm =
	/** The text is the value. */
	| 'plain'
	/** Of a digest: `struct ovl_metacopy`, which is version, length, flags, algorithm, digest. */
	| 'metacopy'
	/** Of a digest: `/ab/cdef…`. */
	| 'redirect';

/** A key with a value: one object for all inodes that hold it. */
export interface XattrPair {
	readonly key: XattrKey;
	readonly form: XattrForm;
	readonly text: ByteString;
	/** Inodes that hold it. */
	holders: number;
	/** Bytes from the start of the shared table; -1 for pairs that are not in it. */
	sharedOffset: number;
}

/** What leads overlayfs to an object. */
export interface ObjectPairs {
	readonly metacopy: XattrPair;
	readonly redirect: XattrPair;
}

/** The xattrs of all inodes of an image, each pair once, and the table of those that are shared. */
export class XattrTable {
	readonly #keys = new Map<ByteString, XattrKey>();
	/** By digest. */
	readonly #objects = new Map<string, ObjectPairs>();
	/** In table order, once {@link shareRepeated} has run. */
	shared: readonly XattrPair[] = [];
	sharedLength = 0;

	/** The one object of a pair; counts another inode that holds it. */
	hold(name: ByteString, value: ByteString): XattrPair {
		const key = this.#keyOf(name);
		let pair = key.pairs.get(value);
		if (pair === undefined) {
			pair = makePair(key, 'plain', value);
			key.pairs.set(value, pair);
		}
		pair.holders++;
		return pair;
	}

	/** The pairs of an object; whoever holds one counts itself. */
	objectPairs(digest: string): ObjectPairs {
		let pairs = this.#objects.get(digest);
		if (pairs === undefined) {
			if (verityAlgorithmOf(digest) === undefined) throw new Error(`not a digest: ${digest}`);
			pairs = {
				metacopy: makePair(this.#keyOf(metacopyKey), 'metacopy', digest),
				redirect: makePair(this.#keyOf(redirectKey), 'redirect', digest),
			};
			this.#objects.set(digest, pairs);
		}
		return pairs;
	}

	#keyOf(name: ByteString): XattrKey {
		let key = this.#keys.get(name);
		if (key === undefined) {
			key = makeKey(name);
			this.#keys.set(name, key);
		}
		return key;
	}

	has(name: ByteString): boolean {
		return this.#keys.has(name);
	}

	/** Puts every pair that two or more inodes hold into the table; all must be known by now. */
	shareRepeated(): void {
		const shared: XattrPair[] = [];
		const share = (pair: XattrPair) => {
			if (pair.holders > 1) shared.push(pair);
		};
		for (const {pairs} of this.#keys.values()) for (const pair of pairs.values()) share(pair);
		for (const {metacopy, redirect} of this.#objects.values()) {
			share(metacopy);
			share(redirect);
		}
		shared.sort(compareForTable);
		for (const pair of shared) {
			pair.sharedOffset = this.sharedLength;
			this.sharedLength += entryLength(pair);
		}
		this.shared = shared;
	}
}

function makePair(key: XattrKey, form: XattrForm, text: string): XattrPair {
	return {key, form, text, holders: 0, sharedOffset: -1};
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
	return valueLength(b) - valueLength(a) || Buffer.compare(valueBytes(b), valueBytes(a));
}

/** Bytes of a pair's value. */
export function valueLength({form, text}: XattrPair): number {
	switch (form) {
		case 'plain':
			return text.length;
		case 'metacopy':
			return 4 + text.length / 2;
		case 'redirect':
			return text.length + 2;
	}
}

function valueBytes(pair: XattrPair): Buffer {
	const value = Buffer.alloc(valueLength(pair));
	writeValue(value, 0, pair);
	return value;
}

function writeValue(out: Buffer, offset: number, {form, text}: XattrPair): void {
	switch (form) {
		case 'plain':
			writeBytes(out, text, offset);
			break;
		case 'metacopy':
			out[offset + 1] = 4 + text.length / 2;
			out[offset + 3] = verityAlgorithms[verityAlgorithmOf(text) ?? 'sha256'].id;
			out.write(text, offset + 4, 'hex');
			break;
		case 'redirect':
			// The digest is written once and its first two digits moved: that is cheaper than to cut it.
			out.write(text, offset + 2, 'latin1');
			out.copyWithin(offset + 1, offset + 2, offset + 4);
			out[offset] = slash;
			out[offset + 3] = slash;
			break;
	}
}

/** Bytes of an entry, in the table and behind an inode alike. */
function entryLength(pair: XattrPair): number {
	return (4 + pair.key.suffix.length + valueLength(pair) + 3) & ~3;
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
	out.writeUInt16LE(valueLength(pair), offset + 2);
	writeBytes(out, suffix, offset + 4);
	writeValue(out, offset + 4 + suffix.length, pair);
	return offset + entryLength(pair);
}
