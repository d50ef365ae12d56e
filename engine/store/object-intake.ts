import {chmodSync, closeSync, constants, copyFileSync, renameSync, rmSync, statSync} from 'node:fs';
import {VerityHasher, verityDigest} from '../erofs/fs-verity.ts';
import type {FsVerityAlgorithm} from '../system/system.ts';
import {objectPath, type StoreLayout} from './layout.ts';
import {readPieces, type SourceFile} from './source-file.ts';
import {createNew, objectMode, UnfinishedFiles, writeWhole} from './unfinished-files.ts';

export interface TakenContent {
	readonly verityDigest: string;
	/** False when the store has it as an object already. */
	readonly isNew: boolean;
}

/** A content of any length that is being taken in. */
export interface ContentStream {
	write(piece: Uint8Array): void;
	end(): TakenContent;
	/** Forgets what was written. Does nothing after `end`. */
	giveUp(): void;
}

/** What copying says where a file system cannot share blocks, or not between these two places. */
const cannotClone: ReadonlySet<string> = new Set([
	'ENOTSUP',
	'EOPNOTSUPP',
	'ENOTTY',
	'EXDEV',
	'EINVAL',
	'ENOSYS',
]);

/**
 * Takes contents into `unfinished/` under their digests, unless the store has them. Several intakes
 * of one writer may work at once, in threads: the same content gets the same name, and the first wins.
 * Nothing is synced here.
 */
export class ObjectIntake {
	readonly #layout: StoreLayout;
	readonly #algorithm: FsVerityAlgorithm;
	readonly #files: UnfinishedFiles;
	readonly #damaged = new Set<string>();
	#canClone = true;

	constructor(layout: StoreLayout, algorithm: FsVerityAlgorithm) {
		this.#layout = layout;
		this.#files = new UnfinishedFiles(layout);
		this.#algorithm = algorithm;
	}

	/** The store's object of this digest is damaged: its content is to be written anew when it comes. */
	replace(verityDigest: string): void {
		this.#damaged.add(verityDigest);
	}

	takeBytes(bytes: Uint8Array): TakenContent {
		const content = this.identify(bytes);
		if (content.isNew) this.#files.write(content.verityDigest, bytes);
		return content;
	}

	/** What a content would be; one that is new is still to be written. */
	identify(bytes: Uint8Array): TakenContent {
		const digest = verityDigest(bytes, this.#algorithm);
		return {verityDigest: digest, isNew: !this.#has(digest, bytes.length)};
	}

	/** Begins a content that does not fit into memory. It is written before its name is known. */
	open(): ContentStream {
		const partial = this.#files.partialPath();
		const fd = createNew(partial);
		const hasher = new VerityHasher(this.#algorithm);
		let isOpen = true;
		const close = () => {
			if (isOpen) closeSync(fd);
			isOpen = false;
		};
		return {
			write: (piece) => {
				hasher.update(piece);
				writeWhole(fd, piece);
			},
			end: () => {
				close();
				const {digest, size} = hasher.finish();
				return this.#name(partial, digest, size);
			},
			giveUp: () => {
				if (isOpen) rmSync(partial, {force: true});
				close();
			},
		};
	}

	/**
	 * Takes a file in without copying: the copy shares its blocks. The copy is what is hashed, since
	 * the file may change at any time.
	 * @returns undefined when the file systems cannot; they are not asked again
	 */
	takeClone(file: SourceFile, buffer: Buffer): TakenContent | undefined {
		if (!this.#canClone) return undefined;
		const partial = this.#files.partialPath();
		try {
			copyFileSync(
				Buffer.from(file.path, 'latin1'),
				partial,
				constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL,
			);
		} catch (error) {
			if (!cannotClone.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
			this.#canClone = false;
			rmSync(partial, {force: true});
			return undefined;
		}
		chmodSync(partial, objectMode);
		const hasher = new VerityHasher(this.#algorithm);
		readPieces({path: partial, size: file.size}, buffer, (piece) => hasher.update(piece));
		return this.#name(partial, hasher.finish().digest, file.size);
	}

	/** Gives a partial file the name of its digest, or removes it when the store has the content. */
	#name(partial: string, digest: string, size: number): TakenContent {
		const isNew = !this.#has(digest, size);
		if (isNew) renameSync(partial, this.#files.pathOf(digest));
		else rmSync(partial);
		return {verityDigest: digest, isNew};
	}

	#has(digest: string, size: number): boolean {
		return !this.#damaged.has(digest) && hasObject(this.#layout, digest, size);
	}
}

/** An object of another size was damaged by something else, and is written anew. */
export function hasObject(layout: StoreLayout, digest: string, size: number): boolean {
	return statSync(objectPath(layout, digest), {throwIfNoEntry: false})?.size === size;
}
