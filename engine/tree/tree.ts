/**
 * A file system tree in memory: what every image source gives and every writer takes.
 *
 * Names, link targets and xattr keys are bytes, not text: they are held as latin1 strings, one
 * character a byte, so that `<` compares them as `Buffer.compare` would and any name survives.
 */
export type ByteString = string;

export interface Metadata {
	/** Permission bits with setuid, setgid and sticky: 0 to 0o7777. The type is not in it. */
	mode: number;
	uid: number;
	gid: number;
	/** Seconds since the epoch; may be negative. */
	mtimeSec: number;
	/** 0 to 999,999,999; counts forward from `mtimeSec`, also before the epoch. */
	mtimeNsec: number;
	/** Full keys (`security.capability`); the order is of no matter. Absent when there are none. */
	xattrs: Map<ByteString, Buffer> | undefined;
}

export interface Directory extends Metadata {
	readonly type: 'directory';
	/** Hard links are the same object under several names; a directory has one name. */
	readonly children: Map<ByteString, Inode>;
}

/**
 * What a dump or an image says of an inode where the tree itself would give another answer.
 * Those who write dumps and images in mkcomposefs's way keep to it; all others count for themselves.
 */
export interface Recorded {
	/** Link count as written down. */
	readonly links: number;
	/** Size as written down; it has a meaning for files only. */
	readonly size: number;
	/** The name under which the inode itself stands: all others are links to that one. */
	readonly directory: Directory;
	readonly name: ByteString;
}

interface LeafMetadata extends Metadata {
	/** Only in trees read from dumps and images, and there only where it tells something. */
	recorded?: Recorded | undefined;
}

export interface RegularFile extends LeafMetadata {
	readonly type: 'file';
	size: number;
	/** The whole content, for files small enough to live in the image ({@link maxInlineSize}). */
	inline: Buffer | undefined;
	/** fs-verity digest of the content in lower-case hex: the name of its object. */
	verityDigest: string | undefined;
	/**
	 * Path of the object where it is not the one that its digest gives; empty when the file's source
	 * names none. Only in trees read from dumps and images.
	 */
	objectPath?: ByteString | undefined;
}

export interface Symlink extends LeafMetadata {
	readonly type: 'symlink';
	readonly target: ByteString;
}

export interface Device extends LeafMetadata {
	readonly type: 'character' | 'block';
	/** As in `st_rdev`, low 32 bits. */
	readonly rdev: number;
}

export interface Special extends LeafMetadata {
	readonly type: 'fifo' | 'socket';
}

export type Leaf = RegularFile | Symlink | Device | Special;
export type Inode = Directory | Leaf;

/** Files up to this many bytes are stored in the image itself; longer ones are objects. */
export const maxInlineSize = 64;
