import {verityBlockSize} from '../../engine/erofs/fs-verity.ts';

/**
 * Where ext4 keeps a file's fs-verity metadata: in the file itself, behind its end.
 *
 *     0              size        treeOffset          descriptorOffset        end
 *     | content      | hole      | Merkle tree       | descriptor … le32 256 |
 *                                ^ next 64 KiB       ^ next block
 *
 * The inode's size is that of the content and its flags say `verity`; the size of the descriptor is
 * in the last 4 bytes of the file's last block.
 * @see fs/ext4/verity.c
 */
export interface VerityLayout {
	readonly treeOffset: number;
	readonly descriptorOffset: number;
	/** A multiple of the block size. */
	readonly end: number;
}

/** So that no page, of whatever size, holds content and metadata both. */
const treeAlignment = 65536;

/** ext4: `extents` and `verity`. */
export const verityInodeFlags = 0x180000;

export function verityLayout(contentSize: number, treeSize: number): VerityLayout {
	const treeOffset = Math.ceil(contentSize / treeAlignment) * treeAlignment;
	const descriptorOffset = treeOffset + treeSize;
	return {treeOffset, descriptorOffset, end: descriptorOffset + verityBlockSize};
}

/** Puts the descriptor and its size into the last block of `tail`: all that lies from `treeOffset` on. */
export function putDescriptor(tail: Buffer, descriptor: Buffer): void {
	descriptor.copy(tail, tail.length - verityBlockSize);
	tail.writeUInt32LE(descriptor.length, tail.length - 4);
}

/** Bytes of the Merkle tree of a content: levels of whole blocks until one digest is left. */
export function merkleTreeSize(contentSize: number, digestSize: number): number {
	const digestsPerBlock = verityBlockSize / digestSize;
	let blocks = 0;
	let level = Math.ceil(contentSize / verityBlockSize);
	while (level > 1) {
		level = Math.ceil(level / digestsPerBlock);
		blocks += level;
	}
	return blocks * verityBlockSize;
}
