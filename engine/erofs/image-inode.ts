import type {ByteString, Inode} from '../tree/tree.ts';
import type {XattrPair} from './xattr-pair.ts';

/** A name in a directory of the image. */
export interface DirectoryEntry {
	readonly name: ByteString;
	readonly inode: ImageInode;
}

/** An inode of the image in the making; the steps of the writer fill it in, one after the other. */
export class ImageInode {
	readonly source: Inode;
	/** Whether the content is an object, not in the image. */
	readonly isExternal: boolean;

	// Order: which inodes there are, and in which order they stand.
	/** All names of a directory with `.` and `..`, ascending; undefined for all else. */
	entries: readonly DirectoryEntry[] | undefined = undefined;
	/** The name that decides on the inode's place; undefined for the root. */
	home: DirectoryEntry | undefined = undefined;
	/** Index in file order. */
	position = 0;
	links: number;
	/** Hides an object folder; not in the source tree. */
	isStub = false;

	// Overlay: what overlayfs is to see.
	/** An escaped whiteout's differs from its source's. */
	type: Inode['type'];
	/** Ascending by key. */
	xattrs: readonly XattrPair[] = [];

	// Layout: sizes and places, in bytes but for `blocks` and `firstBlock`.
	size = 0;
	isExtended = false;
	xattrLength = 0;
	/** Whole blocks of content, the first of them, and bytes of content behind the xattrs. */
	blocks = 0;
	firstBlock = 0;
	tailLength = 0;
	/** Of a directory: its entries, cut to fit; the last piece is the tail if there is one. */
	pieces: readonly (readonly DirectoryEntry[])[] | undefined = undefined;
	/** Of the inode's header in the image. */
	offset = 0;

	constructor(source: Inode) {
		this.source = source;
		this.isExternal = source.type === 'file' && source.size > 0 && source.inline === undefined;
		this.links = source.type === 'directory' ? 2 : 0;
		this.type = source.type;
	}
}
