import type {Directory} from '../tree/tree.ts';
import {
	aclFlag,
	blockBits,
	blockSize,
	composefsMagic,
	limits,
	slotSize,
	superblockFeatures,
	superblockMagic,
	superblockOffset,
	writeInt64,
} from './format.ts';
import type {ImageInode} from './image-inode.ts';
import {writeContent, writeInodeHeader} from './inode-writer.ts';
import {type Layout, layOut} from './layout.ts';
import {orderInodes} from './order.ts';
import {type Flavour, findWhiteouts, rewriteForOverlay} from './overlay.ts';
import {XattrTable} from './xattr-table.ts';
import {writeSharedXattrs, writeXattrBody} from './xattr-writer.ts';

/** References to shared xattrs by one inode that mkcomposefs makes. */
const maxSharedByC = 128;

export interface ImageOptions {
	/**
	 * Whose image is made, where they differ: that of mkcomposefs 1.0.8 (`c`), which keeps to what a
	 * dump recorded, or that of composefs-rs and so of bootc (`rs`), which counts and names itself.
	 */
	readonly flavour: Flavour;
	/**
	 * Version of the compact layout. `auto` is what `mkcomposefs` does unasked: 1 if the tree has
	 * whiteouts, else 0.
	 */
	readonly version: 0 | 1 | 'auto';
}

/**
 * The composefs image of a tree: an EROFS file system that has everything but the contents of
 * objects. The same tree gives the same bytes, so its fs-verity digest names the tree.
 * @throws Refused `image-limit` for a tree that no image can hold
 */
export function writeImage(root: Directory, {flavour, version: asked}: ImageOptions): Buffer {
	const order = orderInodes(root, flavour === 'c');
	const whiteouts = findWhiteouts(order, flavour);
	const version = asked === 'auto' ? (whiteouts.whiteouts.size > 0 ? 1 : 0) : asked;
	const table = new XattrTable();
	rewriteForOverlay(order, whiteouts, {flavour, version, table});
	table.shareRepeated();
	const maxShared = flavour === 'c' ? maxSharedByC : limits.sharedXattrs;
	const layout = layOut(order, {maxShared, sharedLength: table.sharedLength});

	const out = Buffer.alloc(layout.length);
	writeComposefsHeader(out, version, table);
	writeSuperblock(out, order, layout);
	const tableOffset = layout.inodesEnd % blockSize;
	for (const inode of order) {
		const xattrOffset = writeInodeHeader(out, inode);
		writeXattrBody(out, xattrOffset, inode.xattrs, {maxShared, tableOffset});
		writeContent(out, inode, xattrOffset + inode.xattrLength);
	}
	writeSharedXattrs(out, layout.inodesEnd, table.shared);
	return out;
}

function writeComposefsHeader(out: Buffer, version: 0 | 1, table: XattrTable): void {
	const hasAcl = table.has('system.posix_acl_access') || table.has('system.posix_acl_default');
	out.writeUInt32LE(composefsMagic, 0);
	out.writeUInt32LE(1, 4);
	out.writeUInt32LE(hasAcl ? aclFlag : 0, 8);
	out.writeUInt32LE(version, 12);
}

function writeSuperblock(
	out: Buffer,
	order: readonly ImageInode[],
	{buildTime, inodesEnd, length}: Layout,
): void {
	const at = superblockOffset;
	out.writeUInt32LE(superblockMagic, at);
	out.writeUInt32LE(superblockFeatures, at + 8);
	out[at + 12] = blockBits;
	out.writeUInt16LE((order[0]?.offset ?? 0) / slotSize, at + 14);
	writeInt64(out, order.length, at + 16);
	writeInt64(out, buildTime.sec, at + 24);
	out.writeUInt32LE(buildTime.nsec, at + 32);
	out.writeUInt32LE(length / blockSize, at + 36);
	out.writeUInt32LE(Math.floor(inodesEnd / blockSize), at + 44);
}
