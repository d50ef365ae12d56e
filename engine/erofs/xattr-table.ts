import type {ByteString} from '../tree/tree.ts';
import {metacopyKey, redirectKey} from './format.ts';
import {verityAlgorithmOf} from './fs-verity.ts';
import {
	compareForTable,
	entryLength,
	makeKey,
	makePair,
	type XattrKey,
	type XattrPair,
} from './xattr-pair.ts';

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
