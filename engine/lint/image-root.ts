import {open as openFile} from 'node:fs/promises';
import path from 'node:path';
import type {ImageFile, ImageReader} from '../image-reader.ts';
import {filesInFolder, type ImagePlaces, type PathFacts} from './image-places.ts';

/** Longer chains of links are loops. */
const maxLinks = 40;

/**
 * Reads facts from an image's root file system, unpacked in a folder or wherever it is. All paths are absolute
 * within the image, and links in them lead to where they would on the machine, never out of the folder.
 */
export class ImageRoot implements ImageReader {
	/** Whether it is the root of the system that runs here, which uses it. */
	readonly isRunning: boolean;
	readonly #places: ImagePlaces;
	/** Paths that something else is mounted over, so that what the image has there cannot be seen. */
	readonly #covered: ReadonlySet<string>;

	constructor(place: string | ImagePlaces, covered: ReadonlySet<string> = new Set()) {
		this.isRunning = place === '/';
		this.#places = typeof place === 'string' ? filesInFolder(place) : place;
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
		return this.#places.facts(path.join(parent, path.basename(imagePath)));
	}

	/** Facts of what the path leads to. */
	async followed(imagePath: string): Promise<PathFacts | undefined> {
		const resolved = await this.#resolve(imagePath);
		return resolved === undefined ? undefined : this.#places.facts(resolved);
	}

	/** Names in a folder, sorted; none when there is no such folder. */
	async list(imagePath: string): Promise<string[]> {
		const resolved = await this.#resolve(imagePath);
		if (resolved === undefined) return [];
		return (await this.#places.names(resolved)).toSorted();
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
		const facts = await this.#places.facts(resolved);
		return facts?.type === 'file' ? this.#places.onHost(resolved) : undefined;
	}

	async regularFile(imagePath: string): Promise<ImageFile | undefined> {
		const parent = await this.#resolve(path.dirname(imagePath));
		if (parent === undefined) return undefined;
		const resolved = path.join(parent, path.basename(imagePath));
		const facts = await this.#places.facts(resolved);
		if (facts?.type !== 'file') return undefined;
		return {path: this.#places.onHost(resolved), size: facts.size, verityDigest: undefined};
	}

	async followedFile(imagePath: string): Promise<ImageFile | undefined> {
		const host = await this.hostPath(imagePath);
		const facts = await this.followed(imagePath);
		if (host === undefined || facts === undefined) return undefined;
		return {path: host, size: facts.size, verityDigest: undefined};
	}

	/** Everything below a folder, which itself is left out; links are given and not followed. */
	async *walk(imagePath: string): AsyncGenerator<readonly [imagePath: string, facts: PathFacts]> {
		const resolved = await this.#resolve(imagePath);
		if (resolved !== undefined) yield* this.#walkResolved(resolved);
	}

	async *#walkResolved(resolved: string): AsyncGenerator<readonly [string, PathFacts]> {
		for (const name of await this.#places.names(resolved)) {
			const below = path.join(resolved, name);
			const facts = await this.#places.facts(below);
			if (facts === undefined) continue;
			yield [below, facts];
			if (facts.type === 'directory') yield* this.#walkResolved(below);
		}
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
			const facts = await this.#places.facts(next);
			if (facts === undefined) return undefined;
			const {target} = facts;
			if (target === undefined) {
				resolved = next;
				continue;
			}
			if (++links > maxLinks) return undefined;
			pending.unshift(...target.split('/'));
			if (target.startsWith('/')) resolved = '/';
		}
		return resolved;
	}
}
