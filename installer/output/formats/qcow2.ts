/**
 * qcow2, version 3: header, first-level table, then clusters of data with the second-level tables of each 512 MiB of
 * the disk behind them, and at the end the counts of references. Numbers are big-endian.
 * @see https://www.qemu.org/docs/master/interop/qcow2.html
 */
import {lastBlock} from '../deflate.ts';
import {clusterSize, type DiskCluster} from '../disk-clusters.ts';
import type {ImageFile} from '../image-file.ts';
import {ClusterSpace} from './cluster-space.ts';
import type {DiskFacts, DiskFormat, FormatWriter} from './format.ts';

export const qcow2: DiskFormat = {
	suffix: '.qcow2',
	description: 'QEMU, libvirt, OpenStack, Proxmox',
	sizeMultiple: 512,
	compression: 'optional',
	windowBits: 12,
	async open(disk, file, isCompressed) {
		const writer = new Qcow2Writer(disk, file, isCompressed);
		await writer.begin();
		return writer;
	},
};

/** Of tables; each entry is 8 bytes. */
const entriesPerTable = clusterSize / 8;
/** Of a block of counts; each is 2 bytes. */
const countsPerBlock = clusterSize / 2;
/** In the upper half of an entry. */
const flags = {
	/** Nothing else refers to that cluster. */
	copied: 2 ** 31,
	compressed: 2 ** 30,
} as const;
/** How far up in the upper half the number of further sectors is. */
const sectorsShift = 22;
const sectorSize = 512;

class Qcow2Writer implements FormatWriter {
	readonly #disk: DiskFacts;
	readonly #file: ImageFile;
	readonly #isCompressed: boolean;
	readonly #space = new ClusterSpace();
	readonly #firstLevel: Buffer;
	readonly #firstLevelStart: number;
	readonly #secondLevel = Buffer.alloc(clusterSize);
	/** Which entry of the first level the second one is for. */
	#part = 0;
	#isPartEmpty = true;

	constructor(disk: DiskFacts, file: ImageFile, isCompressed: boolean) {
		this.#disk = disk;
		this.#file = file;
		this.#isCompressed = isCompressed;
		const parts = Math.ceil(disk.size / (entriesPerTable * clusterSize));
		this.#firstLevel = wholeClusters(parts * 8);
		this.#space.takeWhole();
		this.#firstLevelStart = this.#space.takeWhole(this.#firstLevel.length / clusterSize);
	}

	/** What is known last comes to lie first. */
	async begin(): Promise<void> {
		await this.#file.skipTo(this.#space.length * clusterSize);
	}

	async write(cluster: DiskCluster): Promise<void> {
		const index = cluster.position / clusterSize;
		const part = Math.floor(index / entriesPerTable);
		if (part !== this.#part) await this.#finishPart();
		this.#part = part;
		this.#isPartEmpty = false;
		const entry = (index % entriesPerTable) * 8;
		const packed = this.#isCompressed ? await packedCluster(cluster) : undefined;
		if (packed === undefined) {
			const start = this.#space.takeWhole();
			await this.#put(start, cluster.bytes);
			putEntry(this.#secondLevel, entry, start, flags.copied);
		} else {
			const start = this.#space.takePacked(packed.length);
			await this.#put(start, packed);
			putEntry(this.#secondLevel, entry, start, flags.compressed + sectorsOf(start, packed.length));
		}
	}

	async finish(): Promise<void> {
		await this.#finishPart();
		const {tableStart, table} = await this.#writeCounts();
		await this.#file.rewrite(this.#firstLevelStart, this.#firstLevel);
		await this.#file.rewrite(
			0,
			header({
				size: this.#disk.size,
				firstLevelStart: this.#firstLevelStart,
				firstLevelLength: Math.ceil(this.#disk.size / (entriesPerTable * clusterSize)),
				countTableStart: tableStart,
				countTableClusters: table.length / clusterSize,
			}),
		);
	}

	async #finishPart(): Promise<void> {
		if (this.#isPartEmpty) return;
		const start = this.#space.takeWhole();
		await this.#put(start, this.#secondLevel);
		putEntry(this.#firstLevel, this.#part * 8, start, flags.copied);
		this.#secondLevel.fill(0);
		this.#isPartEmpty = true;
	}

	/** They count themselves, too. */
	async #writeCounts(): Promise<{readonly tableStart: number; readonly table: Buffer}> {
		const {blocks, tableClusters} = countClusters(this.#space.length);
		const blocksStart = this.#space.takeWhole(blocks);
		const tableStart = this.#space.takeWhole(tableClusters);
		const counts = wholeClusters(blocks * clusterSize);
		for (const [cluster, count] of this.#space.counts.entries())
			counts.writeUInt16BE(count, cluster * 2);
		const table = wholeClusters(tableClusters * clusterSize);
		for (let block = 0; block < blocks; block++)
			putEntry(table, block * 8, blocksStart + block * clusterSize, 0);
		await this.#put(blocksStart, counts);
		await this.#put(tableStart, table);
		return {tableStart, table};
	}

	/** In room that was just taken: at the end, or in a gap before it. */
	async #put(position: number, bytes: Buffer): Promise<void> {
		if (position < this.#file.end) return await this.#file.rewrite(position, bytes);
		await this.#file.skipTo(position);
		await this.#file.append(bytes);
	}
}

/** Undefined for what is no smaller compressed. */
async function packedCluster(cluster: DiskCluster): Promise<Buffer | undefined> {
	const packed = Buffer.concat([await cluster.deflated(12), lastBlock]);
	return packed.length < clusterSize ? packed : undefined;
}

/** The part of an entry that says into how many sectors a piece reaches, beyond the one it begins in. */
function sectorsOf(start: number, length: number): number {
	const further = Math.floor((start + length - 1) / sectorSize) - Math.floor(start / sectorSize);
	return further * 2 ** sectorsShift;
}

/** @param upper is added to the upper half */
function putEntry(table: Buffer, at: number, offset: number, upper: number): void {
	table.writeUInt32BE(Math.floor(offset / 2 ** 32) + upper, at);
	table.writeUInt32BE(offset % 2 ** 32, at + 4);
}

/** How many clusters the counts of so many clusters take, and the table of them, with their own. */
function countClusters(clusters: number): {
	readonly blocks: number;
	readonly tableClusters: number;
} {
	let blocks = 1;
	for (;;) {
		const tableClusters = Math.ceil(blocks / entriesPerTable);
		const needed = Math.ceil((clusters + blocks + tableClusters) / countsPerBlock);
		if (needed <= blocks) return {blocks, tableClusters};
		blocks = needed;
	}
}

function wholeClusters(bytes: number): Buffer {
	return Buffer.alloc(Math.ceil(bytes / clusterSize) * clusterSize);
}

interface HeaderFields {
	readonly size: number;
	readonly firstLevelStart: number;
	readonly firstLevelLength: number;
	readonly countTableStart: number;
	readonly countTableClusters: number;
}

/** With the empty extension that ends the list of them. */
function header(fields: HeaderFields): Buffer {
	const length = 104;
	const bytes = Buffer.alloc(length + 8);
	bytes.write('QFI\xfb', 'latin1');
	bytes.writeUInt32BE(3, 4);
	bytes.writeUInt32BE(Math.log2(clusterSize), 20);
	bytes.writeBigUInt64BE(BigInt(fields.size), 24);
	bytes.writeUInt32BE(fields.firstLevelLength, 36);
	bytes.writeBigUInt64BE(BigInt(fields.firstLevelStart), 40);
	bytes.writeBigUInt64BE(BigInt(fields.countTableStart), 48);
	bytes.writeUInt32BE(fields.countTableClusters, 56);
	// Logarithm of the bits of a count.
	bytes.writeUInt32BE(4, 96);
	bytes.writeUInt32BE(length, 100);
	return bytes;
}
