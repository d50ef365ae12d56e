import {Claims, type Damaged} from '../damaged.ts';
import {type Medium, readAt, type Stretch} from '../medium/medium.ts';

/** What the first sector of a FAT32 says of it. Sizes are in bytes. */
interface Geometry {
	readonly clusterSize: number;
	readonly clusterCount: number;
	readonly rootCluster: number;
	/** From the start of the partition. */
	readonly tables: readonly Stretch[];
	readonly dataOffset: number;
	readonly size: number;
}

/** Numbers of clusters begin with this one. */
const firstCluster = 2;
const clusterMask = 0x0fff_ffff;
const lastMark = 0x0fff_fff8;
const badMark = 0x0fff_fff7;
/** For 16 million clusters: 64 GiB of those that slipway makes. */
const maxTableSize = 64 << 20;

/**
 * The clusters of a FAT32 file system, which is read in place.
 * @see https://learn.microsoft.com/en-us/windows/win32/fileio/filesystem-functionality-comparison
 */
export class FatVolume {
	readonly clusterSize: number;
	readonly rootCluster: number;
	/** Bytes of the partition that the file system has. */
	readonly size: number;
	readonly #start: number;
	readonly #geometry: Geometry;
	readonly #table: Buffer;
	readonly #claims: Claims;
	readonly #damaged: Damaged;
	/** Whether all copies of the table say the same. */
	readonly tablesAgree: boolean;

	/** @throws DamagedInput */
	constructor(medium: Medium, partition: Stretch, damaged: Damaged) {
		this.#start = partition.offset;
		this.#damaged = damaged;
		const sector = readAt(medium, {offset: partition.offset, length: 512});
		this.#geometry = parseGeometry(sector, partition.length, damaged);
		const {clusterCount, clusterSize, rootCluster, size} = this.#geometry;
		[this.clusterSize, this.rootCluster, this.size] = [clusterSize, rootCluster, size];
		const [table = Buffer.alloc(0), ...copies] = this.#geometry.tables.map(({offset, length}) =>
			readAt(medium, {offset: this.#start + offset, length}),
		);
		this.#table = table;
		this.tablesAgree = copies.every((copy) => copy.equals(table));
		this.#claims = new Claims(firstCluster, firstCluster + clusterCount, damaged);
	}

	/** The places on the disk of a chain of clusters, each of which is in no other. @throws DamagedInput */
	chain(first: number, what: string): Stretch[] {
		const stretches: Stretch[] = [];
		for (let cluster = first; ; ) {
			this.#claims.claim(cluster, 1, what);
			stretches.push({offset: this.#placeOf(cluster), length: this.clusterSize});
			const next = this.#next(cluster);
			if (next >= lastMark) return stretches;
			if (next === 0 || next === badMark) throw this.#damaged(`${what} has no end`);
			cluster = next;
		}
	}

	/** How many clusters are in use that no chain so far had. */
	countLost(): number {
		let lost = 0;
		for (let cluster = firstCluster; cluster < this.#claims.end; cluster++) {
			const next = this.#next(cluster);
			if (next !== 0 && next !== badMark && !this.#claims.has(cluster)) lost++;
		}
		return lost;
	}

	#next(cluster: number): number {
		return this.#table.readUInt32LE(cluster * 4) & clusterMask;
	}

	#placeOf(cluster: number): number {
		return this.#start + this.#geometry.dataOffset + (cluster - firstCluster) * this.clusterSize;
	}
}

function parseGeometry(sector: Buffer, partitionSize: number, damaged: Damaged): Geometry {
	const sectorSize = sector.readUInt16LE(11);
	const clusterSectors = sector.readUInt8(13);
	const isPower = (value: number) => value > 0 && (value & (value - 1)) === 0;
	if (sector.readUInt16LE(510) !== 0xaa55 || !isPower(sectorSize) || !isPower(clusterSectors))
		throw damaged('it is no FAT32');
	if (sectorSize < 512 || sectorSize > 4096) throw damaged(`sectors of ${sectorSize} bytes`);
	if (sector.readUInt16LE(17) !== 0 || sector.readUInt16LE(22) !== 0)
		throw damaged('it is FAT12 or FAT16, where FAT32 should be');
	const [reserved, copies] = [sector.readUInt16LE(14), sector.readUInt8(16)];
	const sectors = sector.readUInt16LE(19) || sector.readUInt32LE(32);
	const tableSize = sector.readUInt32LE(36) * sectorSize;
	const tablesOffset = reserved * sectorSize;
	const dataOffset = tablesOffset + copies * tableSize;
	const clusterSize = clusterSectors * sectorSize;
	const size = sectors * sectorSize;
	const clusterCount = Math.floor((size - dataOffset) / clusterSize);
	if (reserved === 0 || copies === 0 || copies > 4 || tableSize > maxTableSize)
		throw damaged(`${copies} tables of ${tableSize} bytes`);
	if (size > partitionSize) throw damaged(`it has ${size} bytes, its partition ${partitionSize}`);
	if (clusterCount < 1 || (clusterCount + firstCluster) * 4 > tableSize)
		throw damaged(`${clusterCount} clusters, and a table of ${tableSize} bytes`);
	return {
		clusterSize,
		clusterCount,
		rootCluster: sector.readUInt32LE(44),
		tables: Array.from({length: copies}, (_, index) => ({
			offset: tablesOffset + index * tableSize,
			length: tableSize,
		})),
		dataOffset,
		size,
	};
}
