import type {ByteString, Directory, Leaf, Metadata, RegularFile} from '../tree/tree.ts';
import {readDirectory, type StoredEntry} from './directory-reader.ts';
import {dataLayout, limits, stubNames, superblockOffset} from './format.ts';
import {damagedImage, ImageView} from './image-view.ts';
import {checkHoles, contentPieces, type RawInode, readInode} from './inode-reader.ts';
import {holderMarks, opaqueHolderMarks, whiteoutMarks} from './overlay.ts';
import {
	hasMarks,
	ownXattrs,
	readRedirect,
	withoutMarks,
	withoutRootOpaque,
} from './overlay-reader.ts';
import {parseSuperblock, type Superblock} from './superblock.ts';
import {type StoredXattr, XattrReader} from './xattr-reader.ts';

export interface ReadImage {
	/**
	 * As it was given to the writer. Xattrs and inline contents are views of the image; an object path
	 * that does not follow from the digest may be anything.
	 */
	readonly root: Directory;
	/** Of composefs, as the image has it; 2 is the older layout of composefs-rs. */
	readonly version: 0 | 1 | 2;
}

/**
 * Reads an image of mkcomposefs or composefs-rs back into the tree that it was made from. Time and
 * memory are bounded by the image's length, whatever is in it.
 * @throws DamagedInput for what is damaged, or no image of theirs
 */
export function readImage(bytes: Buffer): ReadImage {
	const view = new ImageView(bytes);
	const superblock = parseSuperblock(view);
	const root = new TreeReader(view, superblock).read();
	return {root, version: superblock.version};
}

/** A leaf with what the image says of its names. */
interface SeenLeaf {
	readonly raw: RawInode;
	readonly leaf: Leaf;
	readonly isWhiteout: boolean;
	names: number;
	home: {directory: Directory; name: ByteString};
}

interface SeenDirectory {
	readonly raw: RawInode;
	readonly directory: Directory;
	readonly xattrs: readonly StoredXattr[];
	readonly parentOffset: number;
}

class TreeReader {
	readonly #view: ImageView;
	readonly #superblock: Superblock;
	readonly #xattrs: XattrReader;
	readonly #leaves = new Map<number, SeenLeaf>();
	readonly #directories = new Map<number, SeenDirectory>();
	#stubs = 0;
	/** Number of the next inode in file order. */
	#next = 1;

	constructor(view: ImageView, superblock: Superblock) {
		this.#view = view;
		this.#superblock = superblock;
		this.#xattrs = new XattrReader(view, superblock.sharedXattrsOffset);
	}

	read(): Directory {
		const {rootOffset, inodeCount, version} = this.#superblock;
		const raw = readInode(this.#view, rootOffset, this.#superblock);
		if (raw.type !== 'directory') throw damagedImage('the root is not a directory', rootOffset);
		const root = this.#addDirectory(raw, rootOffset);
		// Grows while it is walked: breadth first, as inodes are stored.
		for (const directory of this.#directories.values()) this.#readChildren(directory);
		const count = this.#directories.size + this.#leaves.size + this.#stubs;
		if (count !== inodeCount)
			throw damagedImage(`${count} inodes where ${inodeCount} should be`, superblockOffset + 16);
		if (version < 2 && this.#next !== inodeCount)
			throw damagedImage(`inode ${this.#next} is not where it should be`, superblockOffset + 16);
		for (const leaf of this.#leaves.values()) this.#recordNames(leaf);
		return root;
	}

	#addDirectory(raw: RawInode, parentOffset: number): Directory {
		const directory: Directory = {
			type: 'directory',
			...raw.metadata,
			xattrs: undefined,
			children: new Map(),
		};
		const xattrs = this.#xattrs.read(raw);
		this.#directories.set(raw.offset, {raw, directory, xattrs, parentOffset});
		return directory;
	}

	/** Adds what a directory holds to it and, with that known, its xattrs. */
	#readChildren({raw, directory, xattrs, parentOffset}: SeenDirectory): void {
		const {version, rootOffset} = this.#superblock;
		let holdsWhiteout = false;
		for (const entry of readDirectory(this.#view, raw, parentOffset)) {
			if (entry.type === 'directory') this.#readSubdirectory(entry, directory, raw.offset);
			else if (this.#readLeaf(entry, directory, raw.offset)) holdsWhiteout = true;
		}
		const marks = version > 0 ? opaqueHolderMarks : holderMarks;
		const unmarked = holdsWhiteout ? withoutMarks(xattrs, marks) : xattrs;
		const isOpaque = raw.offset === rootOffset && version < 2;
		directory.xattrs = ownXattrs(isOpaque ? withoutRootOpaque(unmarked, raw) : unmarked, raw);
	}

	#readSubdirectory(entry: StoredEntry, parent: Directory, parentOffset: number): void {
		if (this.#directories.has(entry.inodeOffset))
			throw damagedImage('a second name for a directory', entry.offset);
		const raw = this.#readInode(entry);
		this.#isNext(raw);
		parent.children.set(entry.name, this.#addDirectory(raw, parentOffset));
	}

	/** @returns whether it is an escaped whiteout that stands at this name */
	#readLeaf(entry: StoredEntry, directory: Directory, directoryOffset: number): boolean {
		const {name, type, inodeOffset, offset} = entry;
		let seen = this.#leaves.get(inodeOffset);
		if (seen === undefined) {
			const raw = this.#readInode(entry);
			if (this.#superblock.version < 2 && type === 'character' && raw.location === 0) {
				if (directoryOffset !== this.#superblock.rootOffset || !stubNames.has(name))
					throw damagedImage('a whiteout that is not escaped', inodeOffset);
				this.#stubs++;
				this.#isNext(raw);
				return false;
			}
			seen = {raw, ...this.#makeLeaf(raw), names: 0, home: {directory, name}};
			this.#leaves.set(inodeOffset, seen);
		}
		if (seen.raw.type !== type) throw damagedImage(`a directory entry of type ${type}`, offset);
		const isHome = this.#isNext(seen.raw);
		if (isHome) seen.home = {directory, name};
		seen.names++;
		directory.children.set(name, seen.leaf);
		return isHome && seen.isWhiteout;
	}

	/** Whether an inode stands where the walk has come to: then this name is its own, not a link. */
	#isNext({number}: RawInode): boolean {
		const isNext = number === this.#next;
		if (isNext) this.#next++;
		return isNext;
	}

	#readInode({inodeOffset, type, offset}: StoredEntry): RawInode {
		const raw = readInode(this.#view, inodeOffset, this.#superblock);
		if (raw.type !== type) throw damagedImage(`a directory entry of type ${type}`, offset);
		return raw;
	}

	#makeLeaf(raw: RawInode): {leaf: Leaf; isWhiteout: boolean} {
		const {type, metadata} = raw;
		const stored = this.#xattrs.read(raw);
		if (type === 'file' && raw.layout === dataLayout.chunked)
			return {leaf: this.#makeExternal(raw, stored), isWhiteout: false};
		const isWhiteout =
			this.#superblock.version < 2 &&
			type === 'file' &&
			raw.size === 0 &&
			hasMarks(stored, whiteoutMarks);
		if (isWhiteout) {
			const xattrs = ownXattrs(withoutMarks(stored, whiteoutMarks), raw);
			return {leaf: {type: 'character', ...metadata, xattrs, rdev: 0}, isWhiteout};
		}
		const shared = {...metadata, xattrs: ownXattrs(stored, raw)};
		return {leaf: this.#makeOrdinary(raw, shared), isWhiteout};
	}

	#makeOrdinary(raw: RawInode, metadata: Metadata): Leaf {
		const {type, size, location, offset} = raw;
		switch (type) {
			case 'file':
				return {type, ...metadata, size, inline: this.#readContent(raw), verityDigest: undefined};
			case 'symlink': {
				const target = this.#readContent(raw)?.toString('latin1') ?? '';
				if (target === '' || target.length > limits.target || target.includes('\0'))
					throw damagedImage('not a target of a symbolic link', offset);
				return {type, ...metadata, target};
			}
			case 'character':
			case 'block':
				return {type, ...metadata, rdev: location};
			case 'fifo':
			case 'socket':
				return {type, ...metadata};
			case 'directory':
				throw damagedImage('a directory in the place of a file', offset);
		}
	}

	#makeExternal(raw: RawInode, stored: readonly StoredXattr[]): RegularFile {
		const {metadata, size, offset} = raw;
		if (size === 0) throw damagedImage('an empty file in chunks', offset);
		checkHoles(this.#view, raw);
		const {rest, verityDigest, objectPath} = readRedirect(stored, raw);
		const xattrs = ownXattrs(rest, raw);
		const file: RegularFile = {
			type: 'file',
			...metadata,
			xattrs,
			size,
			inline: undefined,
			verityDigest,
		};
		if (objectPath !== undefined) file.objectPath = objectPath;
		return file;
	}

	#readContent(raw: RawInode): Buffer | undefined {
		const [first, ...more] = contentPieces(this.#view, raw);
		return first === undefined || more.length === 0 ? first : Buffer.concat([first, ...more]);
	}

	/** Keeps what the image records of a leaf beyond the tree. */
	#recordNames({raw, leaf, names, home}: SeenLeaf): void {
		if (raw.links !== 1 || names !== 1) leaf.recorded = {links: raw.links, size: raw.size, ...home};
	}
}
