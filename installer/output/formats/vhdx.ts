/**
 * VHDX, dynamic: headers, a log that is empty, metadata, the table of blocks, and the blocks of 1 MiB that are not all
 * zeros, in the order of the disk.
 * @see [MS-VHDX]
 */
import {alignDown, alignUp, MiB} from '../../disk/size.ts';
import type {DiskCluster} from '../disk-clusters.ts';
import type {ImageFile} from '../image-file.ts';
import type {DiskFacts, DiskFormat, FormatWriter} from './format.ts';
import {blockSize, vhdxHead, vhdxMetadata, vhdxPlaces} from './vhdx-structures.ts';

export const vhdx: DiskFormat = {
	suffix: '.vhdx',
	description: 'Hyper-V',
	sizeMultiple: MiB,
	maxSize: 64 * 2 ** 40,
	// QEMU takes a disk of larger sectors for one of an eighth of its size.
	sectorSizes: [512],
	compression: 'never',
	async open(disk, file) {
		const writer = new VhdxWriter(disk, file);
		await writer.begin();
		return writer;
	},
};

/** In the lower bits of an entry, whose upper ones are the place in the file. */
const blockStates = {zero: 2, present: 6} as const;

class VhdxWriter implements FormatWriter {
	readonly #disk: DiskFacts;
	readonly #file: ImageFile;
	readonly #table: BlockTable;
	/** Where the block that is being written begins, on the disk and in the file. */
	#block = {position: -1, start: 0};
	#end: number;

	constructor(disk: DiskFacts, file: ImageFile) {
		this.#disk = disk;
		this.#file = file;
		this.#table = new BlockTable(disk);
		this.#end = vhdxPlaces.blockTable + this.#table.bytes.length;
	}

	/** What is known last comes to lie first. */
	async begin(): Promise<void> {
		await this.#file.skipTo(this.#end);
	}

	async write({position, bytes}: DiskCluster): Promise<void> {
		const block = alignDown(position, blockSize);
		if (block !== this.#block.position) {
			this.#block = {position: block, start: this.#end};
			this.#table.put(block / blockSize, this.#end, blockStates.present);
			this.#end += blockSize;
		}
		await this.#file.skipTo(this.#block.start + position - block);
		await this.#file.append(bytes);
	}

	async finish(): Promise<void> {
		await this.#file.skipTo(this.#end);
		await this.#file.rewrite(vhdxPlaces.blockTable, this.#table.bytes);
		await this.#file.rewrite(vhdxPlaces.metadata, vhdxMetadata(this.#disk));
		await this.#file.rewrite(0, vhdxHead(this.#disk.seed, this.#table.bytes.length));
	}
}

class BlockTable {
	readonly bytes: Buffer;
	/** After so many entries comes one for what only disks with a parent have. */
	readonly #chunk: number;

	constructor({size, sectorSize}: DiskFacts) {
		const blocks = Math.ceil(size / blockSize);
		this.#chunk = (2 ** 23 * sectorSize) / blockSize;
		this.bytes = Buffer.alloc(alignUp((blocks + Math.floor((blocks - 1) / this.#chunk)) * 8, MiB));
		for (let block = 0; block < blocks; block++) this.put(block, 0, blockStates.zero);
	}

	/** @param start in the file: a multiple of 1 MiB */
	put(block: number, start: number, state: number): void {
		const entry = block + Math.floor(block / this.#chunk);
		this.bytes.writeBigUInt64LE(BigInt(start + state), entry * 8);
	}
}
