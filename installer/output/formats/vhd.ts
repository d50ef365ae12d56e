/**
 * VHD, dynamic, which QEMU calls vpc: a copy of the footer, a header, the table of blocks, the blocks of 2 MiB that are
 * not all zeros, each behind a bitmap of its sectors, and the footer.
 * @see Microsoft, "Virtual Hard Disk Image Format Specification"
 */
import {alignDown, alignUp, GiB, MiB} from '../../disk/size.ts';
import type {DiskCluster} from '../disk-clusters.ts';
import type {ImageFile} from '../image-file.ts';
import type {DiskFacts, DiskFormat, FormatWriter} from './format.ts';
import {
	blockSize,
	dynamicHeaderSize,
	footerSize,
	sectorSize,
	vhdDynamicHeader,
	vhdFooter,
} from './vhd-structures.ts';

export const vhd: DiskFormat = {
	suffix: '.vhd',
	description: 'Azure, Hyper-V of generation 1, XenServer',
	sizeMultiple: MiB,
	maxSize: 2040 * GiB,
	sectorSizes: [sectorSize],
	compression: 'never',
	async open(disk, file) {
		const writer = new VhdWriter(disk, file);
		await writer.begin();
		return writer;
	},
};

const tableStart = footerSize + dynamicHeaderSize;
/** All sectors of a block are there. */
const bitmap = Buffer.alloc(sectorSize, 0xff);

class VhdWriter implements FormatWriter {
	readonly #disk: DiskFacts;
	readonly #file: ImageFile;
	/** Sectors in the file; all ones for a block that is not there. */
	readonly #table: Buffer;
	/** Where the data of the block that is being written begins, on the disk and in the file. */
	#block = {position: -1, start: 0};
	#end: number;

	constructor(disk: DiskFacts, file: ImageFile) {
		this.#disk = disk;
		this.#file = file;
		this.#table = Buffer.alloc(alignUp(Math.ceil(disk.size / blockSize) * 4, sectorSize), 0xff);
		this.#end = tableStart + this.#table.length;
	}

	/** What is known last comes to lie first. */
	async begin(): Promise<void> {
		await this.#file.skipTo(this.#end);
	}

	async write({position, bytes}: DiskCluster): Promise<void> {
		const block = alignDown(position, blockSize);
		if (block !== this.#block.position) await this.#beginBlock(block);
		await this.#file.skipTo(this.#block.start + position - block);
		await this.#file.append(bytes);
	}

	async finish(): Promise<void> {
		const footer = vhdFooter(this.#disk);
		await this.#file.skipTo(this.#end);
		await this.#file.append(footer);
		await this.#file.rewrite(tableStart, this.#table);
		await this.#file.rewrite(footerSize, vhdDynamicHeader(this.#disk.size, tableStart));
		await this.#file.rewrite(0, footer);
	}

	async #beginBlock(position: number): Promise<void> {
		this.#table.writeUInt32BE(this.#end / sectorSize, (position / blockSize) * 4);
		await this.#file.skipTo(this.#end);
		await this.#file.append(bitmap);
		this.#block = {position, start: this.#file.end};
		this.#end = this.#file.end + blockSize;
	}
}
