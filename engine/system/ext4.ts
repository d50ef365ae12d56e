import type {BlockRun, Ext4Library, Ext4Volume} from './ext4-volume.ts';
import {ext4InodeSize} from './ext4-volume.ts';
import {cString} from './libc.ts';
import {type Address, type LibExt2fs, libext2fs} from './libext2fs.ts';

/** ext2fs/ext2fs.h */
const openFlags = 0x01 | 0x20000; // EXT2_FLAG_RW, EXT2_FLAG_64BITS
const closeFlags = 0x01; // EXT2_FLAG_FLUSH_NO_SYNC
/** Of struct struct_ext2_filsys: addresses, after a magic number of 8 bytes. */
const volumeFields = {size: 40, io: 8, superblock: 32} as const;
/** Of struct ext2_super_block. */
const superblock = {size: 1024, inodeCount: 0, blocksLow: 4, blocksHigh: 0x150} as const;

/** @throws Lacking `missing-library` */
export function loadExt4(): Ext4Library {
	const library = libext2fs();
	return {open: (file, offset) => new HostVolume(library, file, offset)};
}

class HostVolume implements Ext4Volume {
	readonly #library: LibExt2fs;
	readonly #blockCount: number;
	readonly inodeCount: number;
	#volume: Address | undefined;

	constructor(library: LibExt2fs, file: string, offset: number) {
		this.#library = library;
		const opened = Buffer.alloc(8);
		const options = cString(`offset=${offset}`);
		library.check(
			library.open2(cString(file), options, openFlags, 0, 0, library.unixIo, opened),
			'open',
		);
		const volume = addressIn(opened);
		this.#volume = volume;
		const fields = library.view(
			addressIn(library.view(volume, volumeFields.size), volumeFields.superblock),
			superblock.size,
		);
		this.inodeCount = fields.readUInt32LE(superblock.inodeCount);
		this.#blockCount =
			fields.readUInt32LE(superblock.blocksLow) +
			fields.readUInt32LE(superblock.blocksHigh) * 2 ** 32;
		this.#check(library.read_bitmaps(volume), 'read the bitmaps of');
	}

	freeRuns(): BlockRun[] {
		const [start, count] = [Buffer.alloc(8), Buffer.alloc(8)];
		const runs: BlockRun[] = [];
		for (let goal = 1; goal < this.#blockCount; ) {
			const length = this.#blockCount - goal;
			const result = this.#library.new_range(this.#open, 0, goal, length, null, start, count);
			if (runs.length === 0) this.#check(result, 'find room on');
			const run = {start: numberIn(start), count: numberIn(count)};
			// It begins anew when there is nothing behind the goal.
			if (result !== 0 || run.start < goal) break;
			runs.push(run);
			goal = run.start + run.count;
		}
		return runs;
	}

	useBlocks({start, count}: BlockRun): void {
		this.#library.block_alloc_stats_range(this.#open, start, count, 1);
	}

	releaseBlocks({start, count}: BlockRun): void {
		this.#library.block_alloc_stats_range(this.#open, start, count, -1);
	}

	useInode(inode: number, isDirectory: boolean): void {
		this.#library.inode_alloc_stats2(this.#open, inode, 1, isDirectory ? 1 : 0);
	}

	readInode(inode: number): Buffer {
		const bytes = Buffer.alloc(ext4InodeSize);
		this.#check(
			this.#library.read_inode_full(this.#open, inode, bytes, bytes.length),
			'read an inode of',
		);
		return bytes;
	}

	writeInode(inode: number, bytes: Buffer): void {
		this.#check(
			this.#library.write_inode_full(this.#open, inode, bytes, bytes.length),
			'write an inode of',
		);
	}

	writeDirectoryBlock(inode: number, block: number, bytes: Buffer): void {
		this.#check(
			this.#library.write_dir_block4(this.#open, block, bytes, 0, inode),
			'write a folder of',
		);
	}

	writeExtentBlock(inode: number, block: number, bytes: Buffer): void {
		const library = this.#library;
		const act = 'place a large file on';
		this.#check(library.extent_block_csum_set(this.#open, inode, bytes), act);
		const io = addressIn(library.view(this.#open, volumeFields.size), volumeFields.io);
		this.#check(library.write_blk64(io, block, 1, bytes), act);
	}

	setXattrs(inode: number, xattrs: ReadonlyMap<string, Buffer>): void {
		const handle = Buffer.alloc(8);
		this.#check(this.#library.xattrs_open(this.#open, inode, handle), 'open an inode of');
		try {
			this.#check(this.#library.xattrs_read(addressIn(handle)), 'read an inode of');
			for (const [key, value] of xattrs) {
				const name = cString(Buffer.from(key, 'latin1'));
				this.#check(
					this.#library.xattr_set(addressIn(handle), name, value, value.length),
					`put the extended attribute ${JSON.stringify(key)} on`,
				);
			}
		} finally {
			this.#library.xattrs_close(handle);
		}
	}

	close(): void {
		const result = this.#library.close2(this.#open, closeFlags);
		if (result === 0) this.#volume = undefined;
		this.#check(result, 'finish');
	}

	[Symbol.dispose](): void {
		if (this.#volume !== undefined) this.#library.free(this.#volume);
		this.#volume = undefined;
	}

	get #open(): Address {
		if (this.#volume === undefined) throw new RangeError('the volume is closed');
		return this.#volume;
	}

	#check(result: number, act: string): void {
		this.#library.check(result, act);
	}
}

function addressIn(bytes: Buffer, at = 0): Address {
	return bytes.readBigUInt64LE(at);
}

function numberIn(bytes: Buffer): number {
	return Number(bytes.readBigUInt64LE());
}
