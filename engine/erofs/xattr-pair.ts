import type {ByteString} from '../tree/tree.ts';
import {writeBytes, xattrPrefixes} from './format.ts';
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

export function makePair(key: XattrKey, form: XattrForm, text: string): XattrPair {
	return {key, form, text, holders: 0, sharedOffset: -1};
}

export function makeKey(name: ByteString): XattrKey {
	const known = xattrPrefixes.find(({prefix}) => name.startsWith(prefix));
	const prefixIndex = known?.index ?? 0;
	const suffix = name.slice(known?.prefix.length ?? 0);
	const bit = xxh32(Buffer.from(suffix, 'latin1'), filterSeed + prefixIndex) & 31;
	return {name, prefixIndex, suffix, filterMask: ~(1 << bit), pairs: new Map()};
}

/** The order of the shared table, descending: by key, then the value's length, then the value. */
export function compareForTable(a: XattrPair, b: XattrPair): number {
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
export function entryLength(pair: XattrPair): number {
	return (4 + pair.key.suffix.length + valueLength(pair) + 3) & ~3;
}

/** @returns the offset behind the entry and its padding */
export function writeEntry(out: Buffer, offset: number, pair: XattrPair): number {
	const {suffix, prefixIndex} = pair.key;
	out[offset] = suffix.length;
	out[offset + 1] = prefixIndex;
	out.writeUInt16LE(valueLength(pair), offset + 2);
	writeBytes(out, suffix, offset + 4);
	writeValue(out, offset + 4 + suffix.length, pair);
	return offset + entryLength(pair);
}
