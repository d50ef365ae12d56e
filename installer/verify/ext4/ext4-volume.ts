import {ext4BlockSize, ext4InodeSize} from '../../../engine/system/ext4-volume.ts';
import {crc32c, crc32cOf} from '../../disk/crc32c.ts';
import {Claims, type Damaged, damagedFileSystem} from '../damaged.ts';
import {type Medium, readAt, type Stretch} from '../medium/medium.ts';
import {parseSuperblock, type Superblock, superblockOffset, superblockSize} from './superblock.ts';

/** Where a group of blocks has its inodes, by blocks. */
interface Group {
	readonly inodeTable: number;
	readonly inodeBitmap: number;
	/** None of its inodes was ever used; its bitmap says nothing. */
	readonly isUnused: boolean;
}

const inodesUnused = 0x1;

/** The parts of an ext4 that lead to everything else, read in place. All that is read is checked. */
export class Ext4Reader {
	readonly superblock: Superblock;
	readonly damaged: Damaged;
	/** Blocks that files have, and those that say where the others are. */
	readonly claims: Claims;
	readonly #medium: Medium;
	readonly #start: number;
	readonly #groups: readonly Group[];

	/** @throws DamagedInput, Refused as {@link parseSuperblock} */
	constructor(medium: Medium, {offset, length}: Stretch, name: string) {
		this.#medium = medium;
		this.#start = offset;
		this.damaged = damagedFileSystem(name);
		if (length < ext4BlockSize) throw this.damaged('it is no ext4');
		const bytes = readAt(medium, {offset: offset + superblockOffset, length: superblockSize});
		this.superblock = parseSuperblock(bytes, length, name, this.damaged);
		this.#groups = this.#readGroups();
		this.claims = new Claims(1, this.superblock.blockCount, this.damaged);
	}

	/** @throws DamagedInput for a block that is none */
	block(number: number): Buffer {
		return readAt(this.#medium, this.stretchOf(number, 1));
	}

	/** Where blocks lie on the disk. @throws DamagedInput */
	stretchOf(start: number, count: number): Stretch {
		if (start < 0 || start + count > this.superblock.blockCount)
			throw this.damaged(`block ${start} is not there`);
		return {offset: this.#start + start * ext4BlockSize, length: count * ext4BlockSize};
	}

	/** The whole inode. @throws DamagedInput */
	inode(number: number): Buffer {
		const {inodesPerGroup, inodeCount} = this.superblock;
		if (number < 1 || number > inodeCount) throw this.damaged(`inode ${number} is not there`);
		const group = this.#groups[Math.floor((number - 1) / inodesPerGroup)];
		const at = ((number - 1) % inodesPerGroup) * ext4InodeSize;
		const table = (group?.inodeTable ?? 0) + Math.floor(at / ext4BlockSize);
		const {offset} = this.stretchOf(table, 1);
		const place = {offset: offset + (at % ext4BlockSize), length: ext4InodeSize};
		const bytes = readAt(this.#medium, place);
		this.#checkInode(number, bytes);
		return bytes;
	}

	/** Numbers of all inodes that are said to be in use. */
	*usedInodes(): Generator<number, void> {
		const {inodesPerGroup} = this.superblock;
		for (const [index, {inodeBitmap, isUnused}] of this.#groups.entries()) {
			if (isUnused) continue;
			const bitmap = this.block(inodeBitmap);
			for (let bit = 0; bit < inodesPerGroup; bit++)
				if (((bitmap[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0)
					yield index * inodesPerGroup + bit + 1;
		}
	}

	/** What the checksums of everything that belongs to an inode begin with. */
	seedOf(number: number, bytes: Buffer): number {
		const generation = bytes.readUInt32LE(100);
		return crc32cOf(generation, crc32cOf(number, this.superblock.checksumSeed));
	}

	#checkInode(number: number, bytes: Buffer): void {
		const stored = bytes.readUInt16LE(124) + bytes.readUInt16LE(130) * 0x10000;
		const plain = Buffer.from(bytes);
		plain.fill(0, 124, 126).fill(0, 130, 132);
		if (crc32c(plain, this.seedOf(number, bytes)) !== stored)
			throw this.damaged(`the checksum of inode ${number} is wrong`);
	}

	#readGroups(): Group[] {
		const {groupCount, descriptorSize, checksumSeed} = this.superblock;
		const {offset} = this.stretchOf(1, Math.ceil((groupCount * descriptorSize) / ext4BlockSize));
		const bytes = readAt(this.#medium, {offset, length: groupCount * descriptorSize});
		return Array.from({length: groupCount}, (_, index) => {
			const group = bytes.subarray(index * descriptorSize, (index + 1) * descriptorSize);
			const plain = Buffer.from(group);
			plain.fill(0, 30, 32);
			const sum = crc32c(plain, crc32cOf(index, checksumSeed)) & 0xffff;
			if (sum !== group.readUInt16LE(30))
				throw this.damaged(`the checksum of group ${index} is wrong`);
			return {
				inodeTable: group.readUInt32LE(8) + group.readUInt32LE(40) * 2 ** 32,
				inodeBitmap: group.readUInt32LE(4) + group.readUInt32LE(36) * 2 ** 32,
				isUnused: (group.readUInt16LE(18) & inodesUnused) !== 0,
			};
		});
	}
}
