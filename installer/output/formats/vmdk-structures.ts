import {sectorSize} from './vmdk-descriptor.ts';

/** Grains are clusters of the disk. */
export const grainSectors = 128;
export const grainsPerTable = 512;
/** Where the descriptor is, and how long it may be. */
const descriptor = {start: 1, length: 20} as const;
/** What comes before the first grain: header, descriptor and the room that VMware leaves. */
const overheadSectors = 128;

/** What follows a marker: numbers of the format. */
export const markers = {endOfStream: 0, grainTable: 1, grainDirectory: 2, footer: 3} as const;

/** In place of where the directory of grain tables is: the footer says it. */
export const directoryAtEnd = 0xffffffffffffffffn;

/**
 * The header, and with the directory's place the footer.
 * @param directory in sectors
 */
export function sparseHeader(capacitySectors: number, directory: bigint): Buffer {
	const bytes = Buffer.alloc(sectorSize);
	bytes.write('KDMV', 'latin1');
	bytes.writeUInt32LE(3, 4);
	const flags = {detectsNewlines: 1, compressed: 1 << 16, hasMarkers: 1 << 17};
	bytes.writeUInt32LE(flags.detectsNewlines + flags.compressed + flags.hasMarkers, 8);
	bytes.writeBigUInt64LE(BigInt(capacitySectors), 12);
	bytes.writeBigUInt64LE(BigInt(grainSectors), 20);
	bytes.writeBigUInt64LE(BigInt(descriptor.start), 28);
	bytes.writeBigUInt64LE(BigInt(descriptor.length), 36);
	bytes.writeUInt32LE(grainsPerTable, 44);
	bytes.writeBigUInt64LE(directory, 56);
	bytes.writeBigUInt64LE(BigInt(overheadSectors), 64);
	// Tells whether something took it for text on the way.
	bytes.write('\n \r\n', 73, 'latin1');
	const deflate = 1;
	bytes.writeUInt16LE(deflate, 77);
	return bytes;
}

/** Header, descriptor and padding: all that comes before the first grain. */
export function vmdkHead(header: Buffer, text: string): Buffer {
	const bytes = Buffer.alloc(overheadSectors * sectorSize);
	bytes.set(header);
	const room = descriptor.length * sectorSize;
	if (bytes.write(text, descriptor.start * sectorSize, room) < Buffer.byteLength(text))
		throw new RangeError('the descriptor is too long');
	return bytes;
}

/** A sector that says what the next ones are. */
export function marker(kind: number, sectors: number): Buffer {
	const bytes = Buffer.alloc(sectorSize);
	bytes.writeBigUInt64LE(BigInt(sectors));
	bytes.writeUInt32LE(kind, 12);
	return bytes;
}

/** A grain with its marker, padded to whole sectors. */
export function grain(sector: number, compressed: readonly Uint8Array[]): Buffer {
	const size = compressed.reduce((sum, {length}) => sum + length, 0);
	const bytes = Buffer.alloc(wholeSectors(12 + size) * sectorSize);
	bytes.writeBigUInt64LE(BigInt(sector));
	bytes.writeUInt32LE(size, 8);
	let at = 12;
	for (const part of compressed) {
		bytes.set(part, at);
		at += part.length;
	}
	return bytes;
}

/** A grain table or the directory of them: numbers of sectors. */
export function sectorTable(sectors: Uint32Array): Buffer {
	const bytes = Buffer.alloc(wholeSectors(sectors.length * 4) * sectorSize);
	for (const [index, sector] of sectors.entries()) bytes.writeUInt32LE(sector, index * 4);
	return bytes;
}

function wholeSectors(bytes: number): number {
	return Math.ceil(bytes / sectorSize);
}
