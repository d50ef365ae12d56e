import {type BigIntStats, lstatSync, readdirSync, readlinkSync} from 'node:fs';
import {OperationFailed} from '../errors.ts';
import type {System} from '../system/system.ts';
import type {ByteString, Directory, Inode, Metadata, RegularFile} from './tree.ts';

export interface ScanOptions {
	/**
	 * Leaves an entry out, with all below it. `path` begins with `/` and is relative to the root that
	 * is scanned; the root itself is not asked about.
	 */
	readonly exclude?: (path: ByteString, stat: BigIntStats) => boolean;
	/** Go on below mount points. Otherwise a mount point is an empty directory. */
	readonly crossMounts?: boolean;
	/**
	 * Asked when an entry, or what is in a folder, cannot be read: true leaves it out. Without it, that is
	 * an error. Paths are as for `exclude`; the root's own is empty.
	 */
	readonly leaveOut?: (path: ByteString, error: unknown) => boolean;
	/** Told of each of {@link ScannedTree.files} as it is found. */
	readonly onFile?: FileListener | undefined;
}

export type FileListener = (file: ScannedFile) => void;

export interface ScannedTree {
	readonly root: Directory;
	/** Regular files that are not empty, each inode once, in the order of the walk. */
	readonly files: readonly ScannedFile[];
	/** Directories that were left empty because another file system is mounted on them. */
	readonly mountPoints: readonly ByteString[];
}

export interface ScannedFile {
	/** Where it can be read on this host. */
	readonly path: ByteString;
	/** As in the tree: whoever reads the file puts its content or digest in. */
	readonly inode: RegularFile;
}

const fileTypeMask = 0o170000n;
const fileTypes: ReadonlyMap<bigint, Inode['type']> = new Map([
	[0o040000n, 'directory'],
	[0o100000n, 'file'],
	[0o120000n, 'symlink'],
	[0o020000n, 'character'],
	[0o060000n, 'block'],
	[0o010000n, 'fifo'],
	[0o140000n, 'socket'],
]);
const nanoseconds = 1_000_000_000n;

/**
 * Reads a folder of a file system into a tree: all metadata, no content. Hard links become one inode,
 * found by device and inode number. Names come in the order in which the file system gives them.
 */
export function scanDirectory(
	system: System,
	root: ByteString,
	options: ScanOptions = {},
): ScannedTree {
	return new Scan(system, root, options).run();
}

class Scan {
	readonly #system: System;
	readonly #root: ByteString;
	readonly #options: ScanOptions;
	readonly #files: ScannedFile[] = [];
	readonly #mountPoints: ByteString[] = [];
	/** Inodes with several names, by device and inode number. */
	readonly #linked = new Map<string, Inode>();
	#device = 0n;

	constructor(system: System, root: ByteString, options: ScanOptions) {
		this.#system = system;
		this.#root = root === '/' ? '' : root;
		this.#options = options;
	}

	run(): ScannedTree {
		const hostPath = bytes(this.#root === '' ? '/' : this.#root);
		const stat = lstatSync(hostPath, {bigint: true});
		if (!stat.isDirectory()) {
			throw new OperationFailed('not-a-directory', `${hostPath} is not a directory`, {
				hint: 'Give the folder that holds the root file system.',
			});
		}
		this.#device = stat.dev;
		const root: Directory = {
			type: 'directory',
			...this.#metadata(hostPath, stat),
			children: new Map(),
		};
		// Folders that are still to be read; a stack, so that depth is not bounded by ours.
		const pending: {path: ByteString; directory: Directory}[] = [{path: '', directory: root}];
		for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
			for (const name of this.#attempt(next.path, (path) => this.#names(path)) ?? []) {
				const path = `${next.path}/${name}`;
				const inode = this.#attempt(path, (path) => this.#scanEntry(path));
				if (inode === undefined) continue;
				next.directory.children.set(name, inode);
				if (inode.type === 'directory' && !this.#isOpaque(path))
					pending.push({path, directory: inode});
			}
		}
		return {root, files: this.#files, mountPoints: this.#mountPoints};
	}

	#attempt<T>(path: ByteString, read: (path: ByteString) => T): T | undefined {
		try {
			return read(path);
		} catch (error) {
			if (this.#options.leaveOut?.(path, error)) return undefined;
			throw error;
		}
	}

	#names(path: ByteString): ByteString[] {
		return readdirSync(bytes(`${this.#root}${path}/`), 'latin1');
	}

	/** True right after a directory was scanned that is a mount point. */
	#isOpaque(path: ByteString): boolean {
		return this.#mountPoints.at(-1) === path;
	}

	#scanEntry(path: ByteString): Inode | undefined {
		const hostPath = bytes(this.#root + path);
		const stat = lstatSync(hostPath, {bigint: true});
		if (this.#options.exclude?.(path, stat)) return undefined;
		if (stat.nlink === 1n || stat.isDirectory()) return this.#readInode(path, hostPath, stat);
		const key = `${stat.dev}:${stat.ino}`;
		const known = this.#linked.get(key);
		if (known !== undefined) return known;
		const inode = this.#readInode(path, hostPath, stat);
		this.#linked.set(key, inode);
		return inode;
	}

	#readInode(path: ByteString, hostPath: Buffer, stat: BigIntStats): Inode {
		const type = fileTypes.get(stat.mode & fileTypeMask);
		const metadata = this.#metadata(hostPath, stat);
		switch (type) {
			case 'directory':
				if (!this.#options.crossMounts && stat.dev !== this.#device) this.#mountPoints.push(path);
				return {type, ...metadata, children: new Map()};
			case 'file':
				return this.#regularFile(path, {
					type,
					...metadata,
					size: Number(stat.size),
					inline: undefined,
					verityDigest: undefined,
				});
			case 'symlink':
				return {type, ...metadata, target: readlinkSync(hostPath, 'latin1')};
			case 'character':
			case 'block':
				return {type, ...metadata, rdev: Number(BigInt.asUintN(32, stat.rdev))};
			case 'fifo':
			case 'socket':
				return {type, ...metadata};
			default:
				throw new OperationFailed('unknown-file-type', `${hostPath} has file mode ${stat.mode}`);
		}
	}

	#regularFile(path: ByteString, inode: RegularFile): RegularFile {
		if (inode.size > 0) {
			const file = {path: this.#root + path, inode};
			this.#files.push(file);
			this.#options.onFile?.(file);
		}
		return inode;
	}

	#metadata(hostPath: Buffer, stat: BigIntStats): Metadata {
		// Counts forward from the second also before the epoch, where `/` and `%` round to zero.
		const mtimeNsec = ((stat.mtimeNs % nanoseconds) + nanoseconds) % nanoseconds;
		return {
			mode: Number(stat.mode & 0o7777n),
			uid: Number(stat.uid),
			gid: Number(stat.gid),
			mtimeSec: Number((stat.mtimeNs - mtimeNsec) / nanoseconds),
			mtimeNsec: Number(mtimeNsec),
			xattrs: this.#xattrs(hostPath),
		};
	}

	#xattrs(hostPath: Buffer): Map<ByteString, Buffer> | undefined {
		const keys = this.#system.listXattrs(hostPath);
		if (keys.length === 0) return undefined;
		const xattrs = new Map<ByteString, Buffer>();
		for (const key of keys) {
			const value = this.#system.getXattr(hostPath, key);
			// Listed and gone again: somebody removed it in between.
			if (value !== undefined) xattrs.set(key, value);
		}
		return xattrs;
	}
}

function bytes(path: ByteString): Buffer {
	return Buffer.from(path, 'latin1');
}
