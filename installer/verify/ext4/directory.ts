import {ext4BlockSize} from '../../../engine/system/ext4-volume.ts';
import type {ByteString} from '../../../engine/tree/tree.ts';
import {crc32c} from '../../disk/crc32c.ts';
import type {Damaged} from '../damaged.ts';

export interface Ext4DirectoryEntry {
	readonly name: ByteString;
	readonly inode: number;
	/** As entries of folders call types; see `entryType`. */
	readonly type: number;
}

const headSize = 8;
const tail = {size: 12, type: 0xde} as const;

/**
 * The names in one block of a folder, without `.` and `..`. Blocks that index the names look like blocks
 * without any.
 * @param seed of the folder's checksums
 * @throws DamagedInput
 */
export function readDirectoryBlock(
	block: Buffer,
	{seed, isIndexed, damaged}: {seed: number; isIndexed: boolean; damaged: Damaged},
): Ext4DirectoryEntry[] {
	const end = ext4BlockSize - tail.size;
	const hasTail =
		block.readUInt32LE(end) === 0 &&
		block.readUInt16LE(end + 4) === tail.size &&
		block.readUInt8(end + 7) === tail.type;
	if (hasTail && block.readUInt32LE(end + 8) !== crc32c(block.subarray(0, end), seed))
		throw damaged('the checksum of a folder is wrong');
	if (!hasTail && !isIndexed) throw damaged('a folder has no checksum');
	const entries: Ext4DirectoryEntry[] = [];
	for (let at = 0; at < ext4BlockSize; ) {
		const inode = block.readUInt32LE(at);
		const size = block.readUInt16LE(at + 4);
		const length = block.readUInt8(at + 6);
		if (size < headSize || size % 4 !== 0 || at + size > ext4BlockSize || headSize + length > size)
			throw damaged('an entry of a folder has no proper size');
		const name = block.toString('latin1', at + headSize, at + headSize + length);
		if (inode !== 0 && name !== '.' && name !== '..') {
			if (name === '' || /[/\0]/.test(name)) throw damaged('a file has an impossible name');
			entries.push({name, inode, type: block.readUInt8(at + 7)});
		}
		at += size;
	}
	return entries;
}
