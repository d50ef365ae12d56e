import type {ByteString} from '../tree/tree.ts';

/**
 * The EROFS images of composefs, in the compact layout of `mkcomposefs` (versions 0 and 1).
 * Every integer is little-endian; a nid is an inode's byte offset divided by 32.
 *
 *     0      composefs header, 32 bytes, zeros up to 1024
 *     1024   EROFS superblock, 128 bytes
 *     1152   inodes: header, xattrs, inline tail; each on a multiple of 32
 *            table of the xattrs that several inodes share; zeros up to a multiple of 4096
 *            data blocks: large directories, large inline files, long link targets
 *
 * Regular files whose content is elsewhere have a size and no blocks: overlayfs finds the content
 * by the `trusted.overlay.redirect` xattr, and its digest in `trusted.overlay.metacopy`.
 * @see https://docs.kernel.org/filesystems/erofs.html#on-disk-details
 */
export const blockBits = 12;
export const blockSize = 1 << blockBits;
export const slotSize = 32;

export const composefsMagic = 0xd078629a;
export const superblockOffset = 1024;
export const superblockMagic = 0xe0f5e1e2;
/** Modification times and xattr name filters are there. */
export const superblockFeatures = 6;
export const inodesOffset = 1152;

/** Bit of the composefs header's flags: some inode has an ACL. */
export const aclFlag = 1;

export const compactHeaderSize = 32;
export const extendedHeaderSize = 64;
export const xattrHeaderSize = 12;
export const direntSize = 12;

/** Where an inode's content lies: bits 1 to 3 of its format word. */
export const dataLayout = {
	/** In whole blocks. */
	plain: 0,
	/** In whole blocks and a tail behind the xattrs. */
	inline: 2,
	/** Behind the xattrs is a table of chunks; all of them are holes here. */
	chunked: 4,
} as const;

export const maxChunkBits = 43;
export const holeChunk = 0xffffffff;

export const fileType = {
	fifo: 0o010000,
	character: 0o020000,
	directory: 0o040000,
	block: 0o060000,
	file: 0o100000,
	symlink: 0o120000,
	socket: 0o140000,
} as const;

const typeByBits = new Map<number, FileType>();
for (const [type, bits] of Object.entries(fileType)) typeByBits.set(bits, type as FileType);

export type FileType = keyof typeof fileType;

/** The type in a mode word; undefined for bits that mean none. */
export function fileTypeOf(mode: number): FileType | undefined {
	return typeByBits.get(mode & 0o170000);
}

/** The type byte of a directory entry. */
export const direntType = {
	file: 1,
	directory: 2,
	character: 3,
	block: 4,
	fifo: 5,
	socket: 6,
	symlink: 7,
} as const;

/** First match counts; the number is stored in the prefix's place. */
export const xattrPrefixes = [
	{prefix: 'user.', index: 1},
	{prefix: 'system.posix_acl_access', index: 2},
	{prefix: 'system.posix_acl_default', index: 3},
	{prefix: 'trusted.', index: 4},
	{prefix: 'security.', index: 6},
] as const;

/** What overlayfs is led to an object's digest and to the object by. */
export const metacopyKey = 'trusted.overlay.metacopy';
export const redirectKey = 'trusted.overlay.redirect';

/** Lustre's prefix: composefs-rs's older layout (version 2) knows it, mkcomposefs does not. */
export const lustrePrefix = {prefix: 'lustre.', index: 5} as const;

export const limits = {
	/** Bytes of one name. */
	name: 255,
	/** Bytes of a symbolic link's target. */
	target: 4095,
	/** Bytes of an xattr key's part behind the prefix. */
	xattrSuffix: 255,
	xattrValue: 65_535,
	/** Bytes of all xattrs behind an inode: its count of 4-byte units has 16 bits. */
	xattrBody: xattrHeaderSize + 65_534 * 4,
	/** References to shared xattrs of one inode. */
	sharedXattrs: 255,
	/** Bytes of a file: numbers above are not exact. */
	fileSize: 2 ** 53,
} as const;

/** The names of the object folders, for which the image has stubs: `00` to `ff`. */
export const stubNames: ReadonlySet<string> = new Set(
	Array.from({length: 256}, (_, i) => i.toString(16).padStart(2, '0')),
);

export function roundUp(value: number, unit: number): number {
	return Math.ceil(value / unit) * unit;
}

/** Writes a byte string; short ones, which most are, without the cost of a call into native code. */
export function writeBytes(out: Buffer, text: ByteString, offset: number): void {
	if (text.length > 40) out.write(text, offset, 'latin1');
	else
		for (let index = 0; index < text.length; index++) out[offset + index] = text.charCodeAt(index);
}

/** Writes a safe integer, which may be negative, as 64 bits; BigInt is too slow for every inode. */
export function writeInt64(out: Buffer, value: number, offset: number): void {
	const high = Math.floor(value / 2 ** 32);
	out.writeUInt32LE(value - high * 2 ** 32, offset);
	out.writeInt32LE(high, offset + 4);
}
