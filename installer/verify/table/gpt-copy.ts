import {crc32} from 'node:zlib';
import {type Medium, readAt} from '../medium/medium.ts';

/**
 * One of the two copies of a GPT: header and entries.
 * @see https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html
 */
export interface GptCopy {
	/** Sector of the header, and of that of the other copy. */
	readonly header: number;
	readonly otherHeader: number;
	/** First sector of the entries, and how many they take. */
	readonly entriesStart: number;
	readonly entriesSectors: number;
	/** Sectors that partitions may have: both are the last ones in. */
	readonly firstUsable: number;
	readonly lastUsable: number;
	/** GUID of the disk, in lower case. */
	readonly id: string;
	readonly entrySize: number;
	readonly entries: Buffer;
}

export const gptSignature = 'EFI PART';
const headerSize = 92;
/** All that is known have 16 KiB of them. */
const maxEntriesSize = 1 << 20;

/** Reads the copy whose header is at a sector. @returns what is wrong with it, if anything is */
export function readGptCopy(medium: Medium, sector: number, sectorSize: number): GptCopy | string {
	const at = sector * sectorSize;
	if (at < 0 || at + sectorSize > medium.size) return 'it is beyond the end of the disk';
	const bytes = readAt(medium, {offset: at, length: sectorSize});
	if (bytes.toString('latin1', 0, 8) !== gptSignature) return 'it is not there';
	const length = bytes.readUInt32LE(12);
	if (length < headerSize || length > sectorSize) return `its header has ${length} bytes`;
	const header = Buffer.from(bytes.subarray(0, length));
	const checksum = header.readUInt32LE(16);
	header.fill(0, 16, 20);
	if (crc32(header) !== checksum) return 'the checksum of its header is wrong';
	if (numberAt(header, 24) !== sector) return 'its header is of another place';
	const [count, entrySize] = [header.readUInt32LE(80), header.readUInt32LE(84)];
	const size = count * entrySize;
	if (entrySize < 128 || entrySize % 8 !== 0 || size > maxEntriesSize)
		return `it has ${count} entries of ${entrySize} bytes`;
	const entriesStart = numberAt(header, 72);
	const offset = entriesStart * sectorSize;
	if (offset + size > medium.size) return 'its entries are beyond the end of the disk';
	const entries = readAt(medium, {offset, length: size});
	if (crc32(entries) !== header.readUInt32LE(88)) return 'the checksum of its entries is wrong';
	return {
		header: sector,
		otherHeader: numberAt(header, 32),
		entriesStart,
		entriesSectors: Math.ceil(size / sectorSize),
		firstUsable: numberAt(header, 40),
		lastUsable: numberAt(header, 48),
		id: guidAt(header, 56),
		entrySize,
		entries,
	};
}

/** Sectors beyond 2^53 are beyond every disk, whatever they are rounded to. */
export function numberAt(bytes: Buffer, at: number): number {
	return Number(bytes.readBigUInt64LE(at));
}

/** The first three of its parts are numbers, least byte first. */
export function guidAt(bytes: Buffer, at: number): string {
	const hex = (from: number, to: number) => bytes.toString('hex', at + from, at + to);
	const swapped = (from: number, to: number) =>
		Buffer.from(bytes.subarray(at + from, at + to))
			.reverse()
			.toString('hex');
	return [swapped(0, 4), swapped(4, 6), swapped(6, 8), hex(8, 10), hex(10, 16)].join('-');
}
