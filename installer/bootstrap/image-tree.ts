import {closeSync, openSync, readSync} from 'node:fs';
import {joinPath, lastName, lookUp, parentPath} from '../../engine/source/tree-path.ts';
import type {ByteString, Directory, Inode, RegularFile} from '../../engine/tree/tree.ts';
import type {FileSource} from '../content.ts';
import type {FileSources} from '../hashed-tree.ts';

/** Longer chains of links are loops. */
const maxLinks = 40;

/**
 * The tree of an image to look things up in. Paths begin with `/`; links lead to where they would on
 * the machine.
 */
export class ImageTree {
	readonly #root: Directory;
	readonly #sources: FileSources;

	constructor(root: Directory, sources: FileSources) {
		this.#root = root;
		this.#sources = sources;
	}

	/**
	 * The path without links in it. What is not there stays as it is, so that it can be made; undefined
	 * for links in a circle.
	 */
	resolve(path: ByteString): ByteString | undefined {
		const pending = path.split('/').filter((name) => name !== '' && name !== '.');
		let resolved = '/';
		let links = 0;
		for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
			if (name === '..') {
				resolved = parentPath(resolved);
				continue;
			}
			const next = joinPath(resolved, name);
			const inode = lookUp(this.#root, next);
			if (inode?.type !== 'symlink') {
				resolved = next;
				continue;
			}
			if (++links > maxLinks) return undefined;
			pending.unshift(...inode.target.split('/').filter((part) => part !== '' && part !== '.'));
			if (inode.target.startsWith('/')) resolved = '/';
		}
		return resolved;
	}

	/** The same for all of it but the last name, which may be a link. */
	place(path: ByteString): ByteString | undefined {
		const folder = this.resolve(parentPath(path));
		return folder === undefined ? undefined : joinPath(folder, lastName(path));
	}

	/** What is at a path itself, a link perhaps. */
	entry(path: ByteString): Inode | undefined {
		const place = this.place(path);
		return place === undefined ? undefined : lookUp(this.#root, place);
	}

	/** What a path leads to. */
	inode(path: ByteString): Inode | undefined {
		const resolved = this.resolve(path);
		return resolved === undefined ? undefined : lookUp(this.#root, resolved);
	}

	isFile(path: ByteString): boolean {
		return this.inode(path)?.type === 'file';
	}

	isDirectory(path: ByteString): boolean {
		return this.inode(path)?.type === 'directory';
	}

	/** Names in a folder, sorted; none when there is no such folder. */
	names(path: ByteString): ByteString[] {
		const inode = this.inode(path);
		return inode?.type === 'directory' ? [...inode.children.keys()].sort() : [];
	}

	/** At most the first `limit` bytes of a file; undefined when there is no such file. */
	bytes(path: ByteString, limit = Number.POSITIVE_INFINITY): Buffer | undefined {
		const inode = this.inode(path);
		return inode?.type === 'file' ? this.#read(inode, limit) : undefined;
	}

	text(path: ByteString, encoding: 'utf8' | 'latin1' = 'utf8'): string | undefined {
		return this.bytes(path)?.toString(encoding);
	}

	/** Where a file's content is; undefined for an empty one. */
	sourceOf(file: RegularFile): FileSource | undefined {
		if (file.size === 0) return undefined;
		const {inline} = file;
		return inline === undefined ? this.#sources.get(file) : {kind: 'bytes', bytes: inline};
	}

	#read(file: RegularFile, limit: number): Buffer {
		const source = this.sourceOf(file);
		const size = Math.min(file.size, limit);
		if (source === undefined) return Buffer.alloc(0);
		if (source.kind === 'bytes') return source.bytes.subarray(0, size);
		const host = openSync(Buffer.from(source.path, 'latin1'), 'r');
		try {
			const bytes = Buffer.alloc(size);
			return bytes.subarray(0, readSync(host, bytes, 0, size, 0));
		} finally {
			closeSync(host);
		}
	}
}
