/** Blocks that lie side by side, by number. */
export interface BlockRun {
	readonly start: number;
	readonly count: number;
}

/** libext2fs. */
export interface Ext4Library {
	/**
	 * Opens an ext4 that begins at a byte of a file or block device, and that nothing has mounted.
	 * @throws OperationFailed `ext4-failed`, as all that follows
	 */
	open(file: string, offset: number): Ext4Volume;
}

/**
 * An ext4 that is written without the kernel. Whoever writes says which blocks and inodes are used and
 * what is in them; checksums, bitmaps, counts and group descriptors are the library's. Only after
 * `close` is it a file system again.
 */
export interface Ext4Volume extends Disposable {
	readonly inodeCount: number;
	/** What no file has, in order. */
	freeRuns(): BlockRun[];
	useBlocks(run: BlockRun): void;
	releaseBlocks(run: BlockRun): void;
	useInode(inode: number, isDirectory: boolean): void;
	/** The whole inode, {@link ext4InodeSize} bytes. */
	readInode(inode: number): Buffer;
	/** Puts its checksum into it. */
	writeInode(inode: number, bytes: Buffer): void;
	/** A block of an inode that is written; it ends in an entry that has room for the checksum. */
	writeDirectoryBlock(inode: number, block: number, bytes: Buffer): void;
	/** A block of extents of an inode that is written; its checksum is put into it. */
	writeExtentBlock(inode: number, block: number, bytes: Buffer): void;
	/**
	 * Adds extended attributes, by their full keys, to an inode that is written, in blocks that are free
	 * by then where the inode has no room.
	 */
	setXattrs(inode: number, xattrs: ReadonlyMap<string, Buffer>): void;
	/** Writes what is left to be written; nothing is synced. */
	close(): void;
	/** Lets go of it; without `close`, what is there is of no use. */
	[Symbol.dispose](): void;
}

export const ext4BlockSize = 4096;
export const ext4InodeSize = 256;
