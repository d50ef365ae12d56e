/**
 * What a BIOS starts of GRUB, as bytes with their places in them. The BIOS loads the first sector of the disk,
 * which loads the first sector of the core image, which loads the rest of that; each knows where the next lies
 * as a number of a sector.
 * @see https://www.gnu.org/software/grub/manual/grub/html_node/Images.html
 */
import {DamagedInput} from '../../errors.ts';

/** As the BIOS counts, whatever the disk does. */
export const sectorSize = 512;

/** GRUB's files of an image, for disks. */
export interface GrubImages {
	/** `boot.img`: one sector. */
	readonly boot: Buffer;
	/** `core.img`, with all modules that slipway's menus need. */
	readonly core: Buffer;
}

/** Of the first sector: the drive's parameters, which a BIOS may read; then code; then what is the disk's own. */
const codeStart = 0x5a;
const diskStart = 0x1b8;
const parametersStart = 3;
/** Where the core image is, and the drive: the one that the BIOS started. */
const coreSectorAt = 0x5c;
const driveAt = 0x64;
/** A jump over the check whether the BIOS says the right drive, in place of which nothing is done. */
const driveCheckAt = 0x66;
/** Of the partition table: the flag of its first entry, which protects a GPT. */
const activeAt = 0x1be;
const active = 0x80;
const noOperation = 0x90;
/** Of the first sector of the core image: where the rest is, how much, and the segment where it goes. */
const restSectorAt = 0x1f4;
const restCountAt = 0x1fc;
const restSegmentAt = 0x1fe;
const restSegment = 0x820;
/** Of the first sector: what GRUB's has to say, its name first. */
const textAt = 0x180;
/** A BIOS boot partition has room for two core images, of which one is in use while the other is written. */
export const coreRoom = 512 * 1024;

/** @throws DamagedInput when they are not what GRUB's files are */
export function checkGrubImages({boot, core}: GrubImages): void {
	if (boot.length !== sectorSize || boot.readUInt16LE(0x1fe) !== 0xaa55)
		throw new DamagedInput('boot.img of the image is no boot sector of GRUB');
	if (core.length <= sectorSize || core.readUInt16LE(restSegmentAt) !== restSegment)
		throw new DamagedInput('core.img of the image is no core image of GRUB');
	if (core.length > coreRoom)
		throw new DamagedInput(
			`core.img of the image has ${core.length} bytes, and at most ${coreRoom} have room`,
		);
}

/**
 * The first sector of a disk that starts a core image.
 * @param found what is there; its partition table and signature stay
 */
export function placedBoot(boot: Buffer, found: Buffer, coreSector: number): Buffer {
	const sector = Buffer.from(boot);
	found.copy(sector, parametersStart, parametersStart, codeStart);
	found.copy(sector, diskStart, diskStart, sectorSize);
	sector.writeBigUInt64LE(BigInt(coreSector), coreSectorAt);
	sector.writeUInt8(0xff, driveAt);
	sector.fill(noOperation, driveCheckAt, driveCheckAt + 2);
	return sector;
}

/** The same first sector with its first partition marked as active. */
export function activeSector(sector: Buffer): Buffer {
	const marked = Buffer.from(sector);
	marked.writeUInt8(active, activeAt);
	return marked;
}

/** A core image for a certain sector, in whole sectors. */
export function placedCore(core: Buffer, sector: number): Buffer {
	const placed = Buffer.alloc(Math.ceil(core.length / sectorSize) * sectorSize);
	core.copy(placed);
	placed.writeBigUInt64LE(BigInt(sector + 1), restSectorAt);
	placed.writeUInt16LE(placed.length / sectorSize - 1, restCountAt);
	placed.writeUInt16LE(restSegment, restSegmentAt);
	return placed;
}

/** The sector of the core image that a first sector starts; undefined when it is not GRUB's. */
export function coreSectorOf(first: Buffer): number | undefined {
	const text = first.toString('latin1', textAt, diskStart);
	if (first.readUInt16LE(0x1fe) !== 0xaa55 || !text.startsWith('GRUB ')) return undefined;
	return Number(first.readBigUInt64LE(coreSectorAt));
}
