import {closeSync, fchmodSync, mkdirSync, openSync, rmSync, writeSync} from 'node:fs';
import {threadId} from 'node:worker_threads';
import {type StoreLayout, unfinishedPath} from './layout.ts';

/** Of objects and images. */
export const objectMode = 0o644;

/** Counts the partial files of this thread. */
let partials = 0;

/**
 * Writes contents into `unfinished/`. Several threads may do so at once: the same content gets the same
 * name, and the first wins. Nothing is synced here.
 */
export class UnfinishedFiles {
	readonly #layout: StoreLayout;
	/** Folders that are known to be there. */
	readonly #folders = new Set<string>();

	constructor(layout: StoreLayout) {
		this.#layout = layout;
	}

	/** Writes a whole content under its digest, unless it is there. */
	write(verityDigest: string, bytes: Uint8Array): void {
		const file = this.pathOf(verityDigest);
		const fd = createUnlessThere(file);
		if (fd !== undefined) writeOrRemove(fd, file, bytes);
	}

	/**
	 * Where a content is to be. In one of 256 folders, since a folder takes one new name at a time, and
	 * file systems spread the folders over the disk.
	 */
	pathOf(verityDigest: string): string {
		const file = unfinishedPath(this.#layout, verityDigest);
		const folder = file.slice(0, file.lastIndexOf('/'));
		if (!this.#folders.has(folder)) mkdirSync(folder, {recursive: true, mode: 0o755});
		this.#folders.add(folder);
		return file;
	}

	/** A name for a content whose digest is not known yet. */
	partialPath(): string {
		return `${this.#layout.unfinished}/partial-${threadId}-${partials++}`;
	}
}

/** Makes a new file, and opens it to be written. */
export function createNew(path: string): number {
	const fd = openSync(path, 'wx', objectMode);
	// The umask must not show.
	fchmodSync(fd, objectMode);
	return fd;
}

export function writeWhole(fd: number, bytes: Uint8Array): void {
	for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at);
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
