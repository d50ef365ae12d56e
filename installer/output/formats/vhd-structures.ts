/** What a VHD has besides blocks. Numbers are big-endian. @see Microsoft, "Virtual Hard Disk Image Format Specification" */
import {seededUuid} from '../../disk/identifiers.ts';
import type {DiskFacts} from './format.ts';

export const sectorSize = 512;
export const blockSize = 2 << 20;
/** Of the copy of the footer that the file begins with. */
export const footerSize = 512;
export const dynamicHeaderSize = 1024;

/** Seconds from the epoch to 2000-01-01, where the format's time begins. */
const year2000 = 946_684_800;

export function vhdFooter({size, seed, time}: Pick<DiskFacts, 'size' | 'seed' | 'time'>): Buffer {
	const {cylinders, heads, sectorsPerTrack} = vhdGeometry(size);
	const bytes = Buffer.alloc(footerSize);
	bytes.write('conectix', 'latin1');
	const reserved = 2;
	bytes.writeUInt32BE(reserved, 8);
	bytes.writeUInt32BE(0x10000, 12);
	bytes.writeBigUInt64BE(BigInt(footerSize), 16);
	bytes.writeUInt32BE(Math.max(Math.floor(time.getTime() / 1000) - year2000, 0), 24);
	// In what others have made the geometry counts as the size, which it nearly is.
	bytes.write('win ', 28, 'latin1');
	bytes.writeUInt32BE(0xa0000, 32);
	bytes.write('Wi2k', 36, 'latin1');
	bytes.writeBigUInt64BE(BigInt(size), 40);
	bytes.writeBigUInt64BE(BigInt(size), 48);
	bytes.writeUInt16BE(cylinders, 56);
	bytes.writeUInt8(heads, 58);
	bytes.writeUInt8(sectorsPerTrack, 59);
	const dynamic = 3;
	bytes.writeUInt32BE(dynamic, 60);
	bytes.write(seededUuid(seed, 'vhd').replaceAll('-', ''), 68, 'hex');
	return withChecksum(bytes, 64);
}

/** @param tableStart where the table of blocks is in the file */
export function vhdDynamicHeader(size: number, tableStart: number): Buffer {
	const bytes = Buffer.alloc(dynamicHeaderSize);
	bytes.write('cxsparse', 'latin1');
	bytes.writeBigUInt64BE(0xffffffffffffffffn, 8);
	bytes.writeBigUInt64BE(BigInt(tableStart), 16);
	bytes.writeUInt32BE(0x10000, 24);
	bytes.writeUInt32BE(Math.ceil(size / blockSize), 28);
	bytes.writeUInt32BE(blockSize, 32);
	return withChecksum(bytes, 36);
}

function withChecksum(bytes: Buffer, at: number): Buffer {
	const sum = bytes.reduce((total, byte) => total + byte, 0);
	bytes.writeUInt32BE(~sum >>> 0, at);
	return bytes;
}

/** As the specification has it in its appendix: no larger than the disk, and of large ones less than 128 GiB. */
export function vhdGeometry(size: number): {
	readonly cylinders: number;
	readonly heads: number;
	readonly sectorsPerTrack: number;
} {
	const sectors = Math.min(Math.floor(size / sectorSize), 65535 * 16 * 255);
	const found = (heads: number, sectorsPerTrack: number) => ({
		cylinders: Math.floor(Math.floor(sectors / sectorsPerTrack) / heads),
		heads,
		sectorsPerTrack,
	});
	if (sectors >= 65535 * 16 * 63) return found(16, 255);
	const tracks = Math.floor(sectors / 17);
	const heads = Math.max(Math.ceil(tracks / 1024), 4);
	if (heads <= 16 && tracks < heads * 1024) return found(heads, 17);
	return Math.floor(sectors / 31) < 16 * 1024 ? found(16, 31) : found(16, 63);
}
