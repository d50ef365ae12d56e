import {ext4BlockSize} from '../../engine/system/ext4-volume.ts';
import type {ByteString, Inode} from '../../engine/tree/tree.ts';
import {entryType} from './ext4-inode.ts';

export interface DirectoryEntry {
	readonly name: ByteString;
	readonly inode: number;
	readonly type: Inode['type'];
}

const headSize = 8;
/** An entry without a name, at the end of each block, that holds the checksum. */
const tail = {size: 12, type: 0xde} as const;

/**
 * The blocks of a folder, entries in their order: a list, as every kernel takes it. Checksums are left
 * out.
 * @see https://docs.kernel.org/filesystems/ext4/directory.html#linear-classic-directories
 */
export function directoryBlocks(
	self: number,
	parent: number,
	entries: readonly DirectoryEntry[],
): Buffer[] {
	const writer = new BlockWriter();
	writer.add({name: '.', inode: self, type: 'directory'});
	writer.add({name: '..', inode: parent, type: 'directory'});
	for (const entry of entries) writer.add(entry);
	return writer.finish();
}

class BlockWriter {
	readonly #blocks: Buffer[] = [];
	#block = Buffer.alloc(ext4BlockSize);
	#end = 0;
	#last = 0;

	add({name, inode, type}: DirectoryEntry): void {
		const size = headSize + Math.ceil(name.length / 4) * 4;
		if (this.#end + size > ext4BlockSize - tail.size) this.#nextBlock();
		const at = this.#end;
		this.#block.writeUInt32LE(inode, at);
		this.#block.writeUInt16LE(size, at + 4);
		this.#block.writeUInt8(name.length, at + 6);
		this.#block.writeUInt8(entryType(type), at + 7);
		this.#block.write(name, at + headSize, 'latin1');
		this.#last = at;
		this.#end += size;
	}

	finish(): Buffer[] {
		this.#closeBlock();
		return this.#blocks;
	}

	#nextBlock(): void {
		this.#closeBlock();
		this.#block = Buffer.alloc(ext4BlockSize);
		this.#end = 0;
	}

	/** The last entry takes all that is left. */
	#closeBlock(): void {
		const at = ext4BlockSize - tail.size;
		this.#block.writeUInt16LE(at - this.#last, this.#last + 4);
		this.#block.writeUInt16LE(tail.size, at + 4);
		this.#block.writeUInt8(tail.type, at + 7);
		this.#blocks.push(this.#block);
	}
}
