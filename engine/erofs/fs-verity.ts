import {hash} from 'node:crypto';
import type {FsVerityAlgorithm} from '../system/system.ts';

/**
 * fs-verity digests: blocks of 4096 bytes, no salt.
 *
 * Every data block is hashed; the digests, concatenated and cut into blocks, are hashed again, until
 * one is left: the root hash. The file's digest is the hash of a descriptor that holds it.
 * @see https://docs.kernel.org/filesystems/fsverity.html#file-digest-computation
 */
export const verityBlockSize = 4096;

/** Bytes of a digest, and the number by which the kernel knows the algorithm. */
export const verityAlgorithms = {
	sha256: {id: 1, digestSize: 32},
	sha512: {id: 2, digestSize: 64},
} as const satisfies Record<FsVerityAlgorithm, {id: number; digestSize: number}>;

/** The algorithm that gives digests of this length; undefined when none does. */
export function verityAlgorithmOf(digest: string): FsVerityAlgorithm | undefined {
	if (digest.length === 64) return 'sha256';
	return digest.length === 128 ? 'sha512' : undefined;
}

export interface VerityOptions {
	/** Collect the Merkle tree too: 1/128 (SHA-256) or 1/64 (SHA-512) of the data in memory. */
	readonly keepTree?: boolean;
}

export interface VerityResult {
	/** The file's fs-verity digest in lower-case hex. */
	readonly digest: string;
	/** Bytes hashed. */
	readonly size: number;
	/** Lower-case hex; undefined for an empty file, which has none. */
	readonly rootHash: string | undefined;
	/**
	 * The tree as file systems store it: highest level first, each level padded to whole blocks; empty
	 * for data of at most one block. Undefined unless `keepTree` was set.
	 */
	readonly merkleTree: Buffer | undefined;
}

/** The block of a level that is being filled, and how many digests the level has had in all. */
interface Level {
	readonly block: Buffer;
	length: number;
	count: number;
	readonly kept: Buffer[];
}

/** Hashes a file of any length, piece by piece, in constant memory. */
export class VerityHasher {
	readonly #algorithm: FsVerityAlgorithm;
	readonly #digestSize: number;
	readonly #keepTree: boolean;
	readonly #levels: Level[] = [];
	/** From Node's pool, as all blocks here: for thousands of small files it is this that takes time. */
	readonly #pending = Buffer.allocUnsafe(verityBlockSize);
	#pendingLength = 0;
	#size = 0;

	constructor(algorithm: FsVerityAlgorithm, {keepTree = false}: VerityOptions = {}) {
		this.#algorithm = algorithm;
		this.#digestSize = verityAlgorithms[algorithm].digestSize;
		this.#keepTree = keepTree;
	}

	/** Pieces may be of any length; whole blocks are hashed in place, without a copy. */
	update(chunk: Uint8Array): void {
		this.#size += chunk.length;
		let at = 0;
		if (this.#pendingLength > 0) {
			at = Math.min(verityBlockSize - this.#pendingLength, chunk.length);
			this.#pending.set(chunk.subarray(0, at), this.#pendingLength);
			this.#pendingLength += at;
			if (this.#pendingLength < verityBlockSize) return;
			this.#addDigest(0, this.#pending);
			this.#pendingLength = 0;
		}
		for (; chunk.length - at >= verityBlockSize; at += verityBlockSize)
			this.#addDigest(0, chunk.subarray(at, at + verityBlockSize));
		if (at < chunk.length) {
			this.#pending.set(chunk.subarray(at));
			this.#pendingLength = chunk.length - at;
		}
	}

	/** Ends the hashing; the hasher is of no use afterwards. */
	finish(): VerityResult {
		if (this.#pendingLength > 0) {
			this.#pending.fill(0, this.#pendingLength);
			this.#addDigest(0, this.#pending);
		}
		const root = this.#finishLevels();
		const descriptor = verityDescriptor(this.#algorithm, this.#size, root);
		return {
			digest: hash(this.#algorithm, descriptor, 'hex'),
			size: this.#size,
			rootHash: root?.toString('hex'),
			merkleTree: this.#keepTree
				? Buffer.concat(this.#levels.toReversed().flatMap((level) => level.kept))
				: undefined,
		};
	}

	/** Hashes a block and puts the digest into a level; a level's full block goes one level up. */
	#addDigest(index: number, block: Uint8Array): void {
		let level = this.#levels[index];
		if (level === undefined) {
			level = {block: Buffer.allocUnsafe(verityBlockSize), length: 0, count: 0, kept: []};
			this.#levels.push(level);
		}
		// As a string: twice as fast as a Buffer for every digest.
		level.block.write(hash(this.#algorithm, block, 'binary'), level.length, 'latin1');
		level.length += this.#digestSize;
		level.count++;
		if (level.length === verityBlockSize) this.#closeBlock(index, level);
	}

	#closeBlock(index: number, level: Level): void {
		level.block.fill(0, level.length);
		if (this.#keepTree) level.kept.push(Buffer.from(level.block));
		level.length = 0;
		this.#addDigest(index + 1, level.block);
	}

	/** Closes the blocks begun, level by level, until one has a single digest: the root hash. */
	#finishLevels(): Buffer | undefined {
		for (let index = 0; ; index++) {
			const level = this.#levels[index];
			if (level === undefined) return undefined;
			if (level.count === 1) return level.block.subarray(0, this.#digestSize);
			if (level.length > 0) this.#closeBlock(index, level);
		}
	}
}

/** The fs-verity digest of data in memory, in lower-case hex. */
export function verityDigest(data: Uint8Array, algorithm: FsVerityAlgorithm): string {
	const hasher = new VerityHasher(algorithm);
	hasher.update(data);
	return hasher.finish().digest;
}

/**
 * `struct fsverity_descriptor`: the 256 bytes that are hashed into the file's digest, and that file
 * systems store behind the tree.
 */
export function verityDescriptor(
	algorithm: FsVerityAlgorithm,
	size: number,
	rootHash: Uint8Array | undefined,
): Buffer {
	const descriptor = Buffer.allocUnsafe(256).fill(0);
	descriptor[0] = 1;
	descriptor[1] = verityAlgorithms[algorithm].id;
	descriptor[2] = Math.log2(verityBlockSize);
	descriptor.writeBigUInt64LE(BigInt(size), 8);
	if (rootHash !== undefined) descriptor.set(rootHash, 16);
	return descriptor;
}
