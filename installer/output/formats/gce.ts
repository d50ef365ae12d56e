/**
 * A tar compressed by gzip that holds nothing but `disk.raw`, as Google Compute Engine imports it. Each cluster is
 * compressed by itself, so that several can be at once; together they are one stream.
 * @see https://cloud.google.com/compute/docs/import/import-existing-image
 */
import {crc32} from 'node:zlib';
import {GiB} from '../../disk/size.ts';
import {deflate, lastBlock} from '../deflate.ts';
import {clusterSize, type DiskCluster} from '../disk-clusters.ts';
import type {ImageFile} from '../image-file.ts';
import type {DiskFacts, DiskFormat, FormatWriter} from './format.ts';
import {endOfArchive, gnuHeader, memberPadding} from './gnu-tar.ts';

export const gce: DiskFormat = {
	suffix: '.tar.gz',
	description: 'Google Compute Engine',
	sizeMultiple: GiB,
	sectorSizes: [512],
	compression: 'always',
	windowBits: 15,
	async open(disk, file) {
		const writer = new GceWriter(disk, file, await deflateZeros());
		await writer.begin();
		return writer;
	},
};

/** Deflate, no name, no time, no system. @see RFC 1952 */
const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** Zeros that are compressed already. */
interface ZeroRun {
	readonly bytes: Buffer;
	readonly deflated: Buffer;
}

/** Of a disk most is zeros: large runs first. */
function deflateZeros(): Promise<readonly ZeroRun[]> {
	return Promise.all(
		[16 * clusterSize, clusterSize].map(async (length) => {
			const bytes = Buffer.alloc(length);
			return {bytes, deflated: await deflate(bytes, 15)};
		}),
	);
}

class GceWriter implements FormatWriter {
	readonly #disk: DiskFacts;
	readonly #file: ImageFile;
	readonly #zeroRuns: readonly ZeroRun[];
	/** How much of the disk is written. */
	#position = 0;
	/** Of what is not compressed. */
	#checksum = 0;
	#length = 0;

	constructor(disk: DiskFacts, file: ImageFile, zeroRuns: readonly ZeroRun[]) {
		this.#disk = disk;
		this.#file = file;
		this.#zeroRuns = zeroRuns;
	}

	async begin(): Promise<void> {
		await this.#file.append(gzipHeader);
		const {size, time} = this.#disk;
		await this.#compress(gnuHeader({name: 'disk.raw', size, time}));
	}

	async write(cluster: DiskCluster): Promise<void> {
		await this.#writeZeros(cluster.position);
		const bytes = cluster.bytes.subarray(0, this.#disk.size - cluster.position);
		if (bytes.length < clusterSize) await this.#compress(bytes);
		else await this.#add(bytes, await cluster.deflated(15));
		this.#position += bytes.length;
	}

	async finish(): Promise<void> {
		await this.#writeZeros(this.#disk.size);
		await this.#compress(Buffer.concat([memberPadding(this.#disk.size), endOfArchive]));
		await this.#file.append(lastBlock);
		const trailer = Buffer.alloc(8);
		trailer.writeUInt32LE(this.#checksum);
		trailer.writeUInt32LE(this.#length % 2 ** 32, 4);
		await this.#file.append(trailer);
	}

	async #writeZeros(end: number): Promise<void> {
		for (const {bytes, deflated} of this.#zeroRuns)
			for (; this.#position + bytes.length <= end; this.#position += bytes.length)
				await this.#add(bytes, deflated);
		if (this.#position < end) await this.#compress(Buffer.alloc(end - this.#position));
		this.#position = end;
	}

	async #compress(bytes: Buffer): Promise<void> {
		await this.#add(bytes, await deflate(bytes, 15));
	}

	async #add(bytes: Buffer, deflated: Buffer): Promise<void> {
		await this.#file.append(deflated);
		this.#checksum = crc32(bytes, this.#checksum);
		this.#length += bytes.length;
	}
}
