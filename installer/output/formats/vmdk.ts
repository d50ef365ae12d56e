/**
 * VMDK, streamOptimized: header and descriptor, grains of 64 KiB compressed by zlib, behind those of each 32 MiB a
 * table of where they are, then the directory of the tables, and a footer that says where that is. Markers tell what
 * comes next, so that it can be read from front to end. Numbers are little-endian.
 * @see VMware, "Virtual Disk Format 5.0", "Stream-Optimized Compressed"
 */
import {MiB} from '../../disk/size.ts';
import {clusterSize, type DiskCluster} from '../disk-clusters.ts';
import type {ByteSink} from '../image-file.ts';
import type {DiskFacts, DiskFormat, FormatWriter} from './format.ts';
import {sectorSize, vmdkDescriptor} from './vmdk-descriptor.ts';
import {
	directoryAtEnd,
	grain,
	grainSectors,
	grainsPerTable,
	marker,
	markers,
	sectorTable,
	sparseHeader,
	vmdkHead,
} from './vmdk-structures.ts';
import {zlibFrame} from './zlib-frame.ts';

export const vmdk: DiskFormat = {
	suffix: '.vmdk',
	description: 'VMware and importers of clouds',
	sizeMultiple: MiB,
	sectorSizes: [sectorSize],
	compression: 'always',
	windowBits: 15,
	open: (disk, file) => VmdkWriter.open(disk, file),
};

/** The file that the descriptor names. */
export function vmdkName({name}: Pick<DiskFacts, 'name'>): string {
	return `${name}.vmdk`;
}

export class VmdkWriter implements FormatWriter {
	readonly #sink: ByteSink;
	readonly #capacity: number;
	readonly #directory: Uint32Array;
	readonly #table = new Uint32Array(grainsPerTable);
	/** Which entry of the directory the table is for. */
	#part = 0;
	/** In sectors. */
	#end = 0;

	private constructor(disk: DiskFacts, sink: ByteSink) {
		this.#sink = sink;
		this.#capacity = Math.ceil(disk.size / sectorSize);
		this.#directory = new Uint32Array(Math.ceil(disk.size / (grainsPerTable * clusterSize)));
	}

	/** @param sink gets it from front to end */
	static async open(disk: DiskFacts, sink: ByteSink): Promise<VmdkWriter> {
		const writer = new VmdkWriter(disk, sink);
		const header = sparseHeader(writer.#capacity, directoryAtEnd);
		await writer.#append(vmdkHead(header, vmdkDescriptor(disk, vmdkName(disk))));
		return writer;
	}

	async write(cluster: DiskCluster): Promise<void> {
		const index = cluster.position / clusterSize;
		const part = Math.floor(index / grainsPerTable);
		if (part !== this.#part) await this.#finishPart();
		this.#part = part;
		this.#table[index % grainsPerTable] = this.#end;
		const compressed = zlibFrame(cluster.bytes, await cluster.deflated(15));
		await this.#append(grain(index * grainSectors, compressed));
	}

	async finish(): Promise<void> {
		await this.#finishPart();
		const place = await this.#appendTable(markers.grainDirectory, this.#directory);
		await this.#append(marker(markers.footer, 1));
		await this.#append(sparseHeader(this.#capacity, BigInt(place)));
		await this.#append(marker(markers.endOfStream, 0));
	}

	/** Where all is zero there is no table. */
	async #finishPart(): Promise<void> {
		if (this.#table.every((sector) => sector === 0)) return;
		this.#directory[this.#part] = await this.#appendTable(markers.grainTable, this.#table);
		this.#table.fill(0);
	}

	/** @returns the sector at which it is */
	async #appendTable(kind: number, sectors: Uint32Array): Promise<number> {
		const bytes = sectorTable(sectors);
		await this.#append(marker(kind, bytes.length / sectorSize));
		const place = this.#end;
		await this.#append(bytes);
		return place;
	}

	async #append(bytes: Buffer): Promise<void> {
		await this.#sink.append(bytes);
		this.#end += bytes.length / sectorSize;
		if (this.#end >= 2 ** 32) throw new RangeError('the image is larger than 2 TiB');
	}
}
