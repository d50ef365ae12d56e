import {
	chmodSync,
	closeSync,
	constants,
	copyFileSync,
	fchmodSync,
	mkdirSync,
	openSync,
	renameSync,
	rmSync,
	statSync,
	writeSync,
} from 'node:fs';
import {threadId} from 'node:worker_threads';
import {VerityHasher, verityDigest} from '../erofs/fs-verity.ts';
import type {FsVerityAlgorithm} from '../system/system.ts';
import {objectPath, type StoreLayout, unfinishedPath} from './layout.ts';
import {readPieces, type SourceFile} from './source-file.ts';

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

/** Of objects and images. */
export const objectMode = 0o644;
/** What copying says where a file system cannot share blocks, or not between these two places. */
const cannotClone: ReadonlySet<string> = new Set([
	'ENOTSUP',
	'EOPNOTSUPP',
	'ENOTTY',
	'EXDEV',
	'EINVAL',
	'ENOSYS',
]);

/** Counts the partial files of this thread, which may have several intakes. */
let partials = 0;

/**
 * Takes contents into `unfinished/` under their digests, unless the store has them. Several intakes
 * of one writer may work at once, in threads: the same content gets the same name, and the first wins.
 * Nothing is synced here.
 */
export class ObjectIntake {
	readonly #layout: StoreLayout;
	readonly #algorithm: FsVerityAlgorithm;
	/** Folders that are known to be there. */
	readonly #folders = new Set<string>();
	readonly #damaged = new Set<string>();
	#canClone = true;

	constructor(layout: StoreLayout, algorithm: FsVerityAlgorithm) {
		this.#layout = layout;
		this.#algorithm = algorithm;
	}

	/** The store's object of this digest is damaged: its content is to be written anew when it comes. */
	replace(verityDigest: string): void {
		this.#damaged.add(verityDigest);
	}

	takeBytes(bytes: Uint8Array): TakenContent {
		const digest = verityDigest(bytes, this.#algorithm);
		if (this.#has(digest, bytes.length)) return {verityDigest: digest, isNew: false};
		const file = this.#unfinishedPath(digest);
		const fd = createUnlessThere(file);
		if (fd !== undefined) writeOrRemove(fd, file, bytes);
		return {verityDigest: digest, isNew: true};
	}

	/** Begins a content that does not fit into memory. It is written before its name is known. */
	open(): ContentStream {
		const partial = this.#partialPath();
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
		const partial = this.#partialPath();
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
		if (isNew) renameSync(partial, this.#unfinishedPath(digest));
		else rmSync(partial);
		return {verityDigest: digest, isNew};
	}

	#has(digest: string, size: number): boolean {
		return !this.#damaged.has(digest) && hasObject(this.#layout, digest, size);
	}

	/**
	 * In one of 256 folders, since a folder takes one new name at a time, and file systems spread the
	 * folders over the disk.
	 */
	#unfinishedPath(digest: string): string {
		const file = unfinishedPath(this.#layout, digest);
		const folder = file.slice(0, file.lastIndexOf('/'));
		if (!this.#folders.has(folder)) mkdirSync(folder, {recursive: true, mode: 0o755});
		this.#folders.add(folder);
		return file;
	}

	#partialPath(): string {
		return `${this.#layout.unfinished}/partial-${threadId}-${partials++}`;
	}
}

/** An object of another size was damaged by something else, and is written anew. */
export function hasObject(layout: StoreLayout, digest: string, size: number): boolean {
	return statSync(objectPath(layout, digest), {throwIfNoEntry: false})?.size === size;
}

function createNew(path: string): number {
	const fd = openSync(path, 'wx', objectMode);
	// The umask must not show.
	fchmodSync(fd, objectMode);
	return fd;
}

function createUnlessThere(path: string): number | undefined {
	try {
		return createNew(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
		throw error;
	}
}

/** A name that is a digest is taken for the whole content, so that no part may keep it. */
function writeOrRemove(fd: number, file: string, bytes: Uint8Array): void {
	try {
		writeWhole(fd, bytes);
	} catch (error) {
		rmSync(file);
		throw error;
	} finally {
		closeSync(fd);
	}
}

function writeWhole(fd: number, bytes: Uint8Array): void {
	for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at);
}
