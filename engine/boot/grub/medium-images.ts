/**
 * GRUB on a medium that a BIOS starts as a CD, by El Torito without emulation, or as a disk: the same file of an
 * ISO 9660 file system either way.
 */
import {sectorSize} from './boot-images.ts';

/** GRUB's files of an image, for media. */
export interface MediumImages {
	/** `cdboot.img`: what El Torito loads, of 2048 bytes. */
	readonly cdBoot: Buffer;
	/** `boot_hybrid.img`: the code of a first sector. */
	readonly hybridBoot: Buffer;
	readonly core: Buffer;
}

/** How many sectors of 512 bytes El Torito is to load: `cdboot.img`, which loads the rest. */
export const elToritoLoadSectors = 4;

const cdSectorSize = 2048;
const sectorsOfCd = cdSectorSize / sectorSize;
/** The boot information table: volume descriptor, the file itself, its length, its sum. */
const tableAt = 8;
const tableEnd = 64;
const volumeDescriptor = 16;
const restSectorAt = cdSectorSize + 0x1f4;
const hybridSectorAt = 0x1b0;
const codeEnd = 0x1b8;

/** Length of what {@link elToritoImage} gives. */
export function elToritoLength({cdBoot, core}: Pick<MediumImages, 'cdBoot' | 'core'>): number {
	return cdBoot.length + core.length;
}

/**
 * The file that El Torito names.
 * @param place where it begins, in sectors of 2048 bytes
 */
export function elToritoImage(
	{cdBoot, core}: Pick<MediumImages, 'cdBoot' | 'core'>,
	place: number,
): Buffer {
	const image = Buffer.concat([cdBoot, core]);
	image.writeBigUInt64LE(BigInt(place * sectorsOfCd + sectorsOfCd + 1), restSectorAt);
	image.fill(0, tableAt, tableEnd);
	image.writeUInt32LE(volumeDescriptor, tableAt);
	image.writeUInt32LE(place, tableAt + 4);
	image.writeUInt32LE(image.length, tableAt + 8);
	image.writeUInt32LE(sumOf(image.subarray(tableEnd)), tableAt + 12);
	return image;
}

/**
 * The first sector of the medium, for a BIOS that takes it for a disk.
 * @param first what it would be otherwise; partition table and signature stay
 * @param place of the file that El Torito names, in sectors of 2048 bytes
 */
export function hybridBootSector(hybridBoot: Buffer, first: Buffer, place: number): Buffer {
	const sector = Buffer.from(first);
	hybridBoot.copy(sector, 0, 0, codeEnd);
	sector.writeBigUInt64LE(BigInt(place * sectorsOfCd + sectorsOfCd), hybridSectorAt);
	return sector;
}

/** Of little-endian words, zeros behind the end. */
function sumOf(bytes: Buffer): number {
	const whole = Buffer.alloc(Math.ceil(bytes.length / 4) * 4);
	bytes.copy(whole);
	let sum = 0;
	for (let at = 0; at < whole.length; at += 4) sum = (sum + whole.readUInt32LE(at)) >>> 0;
	return sum;
}
