import type {Stats} from 'node:fs';
import {lstat, opendir, open as openFile, readdir, readlink} from 'node:fs/promises';
import path from 'node:path';
import type {ImageFile, ImageReader} from '../image-reader.ts';

/** Longer chains of links are loops. */
const maxLinks = 40;

export interface PathFacts {
	readonly type: 'file' | 'directory' | 'symlink' | 'other';
	/** Permission bits. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	readonly size: number;
	/** Whole seconds since the epoch. */
	readonly mtimeSec: number;
	/** Of a symbolic link, as written. */
	readonly target: string | undefined;
}

/**
 * Reads facts from an image's unpacked root file system. All paths are absolute within the image, and
 * links in them lead to where they would on the machine, never out of the folder.
 */
export class ImageRoot implements ImageReader {
	readonly folder: string;
	/** Paths that something else is mounted over, so that what the image has there cannot be seen. */
	readonly #covered: ReadonlySet<string>;

	constructor(folder: string, covered: ReadonlySet<string> = new Set()) {
		this.folder = folder;
		this.#covered = covered;
	}

	isCovered(imagePath: string): boolean {
		return this.#covered.has(imagePath);
	}

	/** Whether something is mounted on a name in this folder, whose times tell nothing then. */
	holdsCovered(folder: string): boolean {
		return [...this.#covered].some((covered) => path.dirname(covered) === folder);
	}

	/** Facts of the path itself; a link is not followed. Undefined when there is nothing. */
	async facts(imagePath: string): Promise<PathFacts | undefined> {
		const parent = await this.#resolve(path.dirname(imagePath));
		if (parent === undefined) return undefined;
		return this.#factsOfResolved(path.join(parent, path.basename(imagePath)));
	}

	/** Facts of what the path leads to. */
	async followed(imagePath: string): Promise<PathFacts | undefined> {
		const resolved = await this.#resolve(imagePath);
		return resolved === undefined ? undefined : this.#factsOfResolved(resolved);
	}

	/** Names in a folder, sorted; none when there is no such folder. */
	async list(imagePath: string): Promise<string[]> {
		const resolved = await this.#resolve(imagePath);
		if (resolved === undefined) return [];
		return ((await readdir(this.#onHost(resolved)).catch(undefinedIfMissing)) ?? []).sort();
	}

	/** Text of a file, at most its first `limit` bytes; undefined when there is no such file. */
	async text(imagePath: string, limit = 65_536): Promise<string | undefined> {
		const host = await this.hostPath(imagePath);
		if (host === undefined) return undefined;
		await using file = await openFile(host);
		const {buffer, bytesRead} = await file.read(Buffer.alloc(limit), 0, limit, 0);
		return buffer.toString('utf8', 0, bytesRead);
	}

	/** Path on this host of the regular file that the path leads to. */
	async hostPath(imagePath: string): Promise<string | undefined> {
		const resolved = await this.#resolve(imagePath);
		if (resolved === undefined) return undefined;
		const facts = await this.#factsOfResolved(resolved);
		return facts?.type === 'file' ? this.#onHost(resolved) : undefined;
	}

	async regularFile(imagePath: string): Promise<ImageFile | undefined> {
		const parent = await this.#resolve(path.dirname(imagePath));
		if (parent === undefined) return undefined;
		const resolved = path.join(parent, path.basename(imagePath));
		const facts = await this.#factsOfResolved(resolved);
		if (facts?.type !== 'file') return undefined;
		return {path: this.#onHost(resolved), size: facts.size, verityDigest: undefined};
	}

	/** Everything below a folder, which itself is left out; links are given and not followed. */
	async *walk(imagePath: string): AsyncGenerator<readonly [imagePath: string, facts: PathFacts]> {
		const resolved = await this.#resolve(imagePath);
		if (resolved !== undefined) yield* this.#walkResolved(resolved);
	}

	async *#walkResolved(resolved: string): AsyncGenerator<readonly [string, PathFacts]> {
		const folder = await opendir(this.#onHost(resolved)).catch(undefinedIfMissing);
		if (folder === undefined) return;
		for await (const {name} of folder) {
			const below = path.join(resolved, name);
			const facts = await this.#factsOfResolved(below);
			if (facts === undefined) continue;
			yield [below, facts];
			if (facts.type === 'directory') yield* this.#walkResolved(below);
		}
	}

	/** For a path with no link in any folder of it. */
	async #factsOfResolved(resolved: string): Promise<PathFacts | undefined> {
		const host = this.#onHost(resolved);
		const stats = await lstat(host).catch(undefinedIfMissing);
		if (stats === undefined) return undefined;
		const target = stats.isSymbolicLink() ? await readlink(host) : undefined;
		const {uid, gid, size} = stats;
		const mtimeSec = Math.floor(stats.mtimeMs / 1000);
		return {type: typeOf(stats), mode: stats.mode & 0o7777, uid, gid, size, mtimeSec, target};
	}

	/** The path without links in it, or undefined when it leads nowhere. */
	async #resolve(imagePath: string): Promise<string | undefined> {
		const pending = imagePath.split('/');
		let resolved = '/';
		let links = 0;
		for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
			// A `..` never climbs above the image's root: path.join stops at `/`.
			const next = path.join(resolved, name);
			if (next === resolved || name === '..') {
				resolved = next;
				continue;
			}
			const stats = await lstat(this.#onHost(next)).catch(undefinedIfMissing);
			if (stats === undefined) return undefined;
			if (!stats.isSymbolicLink()) {
				resolved = next;
				continue;
			}
			if (++links > maxLinks) return undefined;
			const target = await readlink(this.#onHost(next));
			pending.unshift(...target.split('/'));
			if (target.startsWith('/')) resolved = '/';
		}
		return resolved;
	}

	#onHost(resolved: string): string {
		return path.join(this.folder, resolved);
	}
}

function typeOf(stats: Stats): PathFacts['type'] {
	if (stats.isFile()) return 'file';
	if (stats.isDirectory()) return 'directory';
	return stats.isSymbolicLink() ? 'symlink' : 'other';
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
	if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
