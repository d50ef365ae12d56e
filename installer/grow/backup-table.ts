import {closeSync, openSync, readSync} from 'node:fs';
import {crc32} from 'node:zlib';

/** Fields of a GPT header. */
const signature = 'EFI PART';
const headerOffsets = {headerSize: 12, headerSum: 16, ownSector: 24, array: 72, count: 80} as const;
const entrySizeOffset = 84;
const arraySumOffset = 88;
/** What a table that is no attack has at most; usual are 16 KiB. */
const maxArraySize = 1 << 20;

/**
 * Whether the copy of the GPT is whole and at the very end of a disk. A power cut may leave the table at the
 * start as it is to be, and its copy not: they are written at once, and reach the medium in any order.
 * @see https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html
 */
export function hasBackupTable(path: string, size: number, sectorSize: number): boolean {
	const file = openSync(path, 'r');
	const read = (offset: number, length: number): Buffer => {
		const bytes = Buffer.alloc(length);
		readSync(file, bytes, 0, length, offset);
		return bytes;
	};
	try {
		const lastSector = size / sectorSize - 1;
		const header = read(lastSector * sectorSize, sectorSize);
		if (!isHeader(header, lastSector)) return false;
		const start = Number(header.readBigUInt64LE(headerOffsets.array)) * sectorSize;
		const length = header.readUInt32LE(headerOffsets.count) * header.readUInt32LE(entrySizeOffset);
		if (length > maxArraySize || start + length > lastSector * sectorSize) return false;
		return crc32(read(start, length)) === header.readUInt32LE(arraySumOffset);
	} finally {
		closeSync(file);
	}
}

function isHeader(sector: Buffer, number: number): boolean {
	const size = sector.readUInt32LE(headerOffsets.headerSize);
	if (sector.toString('latin1', 0, signature.length) !== signature) return false;
	if (size < arraySumOffset + 4 || size > sector.length) return false;
	if (sector.readBigUInt64LE(headerOffsets.ownSector) !== BigInt(number)) return false;
	const summed = Buffer.from(sector.subarray(0, size));
	summed.writeUInt32LE(0, headerOffsets.headerSum);
	return crc32(summed) === sector.readUInt32LE(headerOffsets.headerSum);
}
