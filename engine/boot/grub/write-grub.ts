import {type FileHandle, open} from 'node:fs/promises';
import {
	activeSector,
	coreRoom,
	coreSectorOf,
	type GrubImages,
	placedBoot,
	placedCore,
	sectorSize,
} from './boot-images.ts';

/** The partition that has GRUB's core images, two of them at most: its place on the disk in bytes. */
export interface BiosBootPartition {
	readonly start: number;
	readonly size: number;
}

export type GrubState = 'same' | 'other';

/**
 * Makes a disk start the GRUB of an image. A core image goes where none is in use, and when it is on the medium
 * one sector is written that leads there: cut off anywhere, the disk starts what it did before, or this.
 * @param disk block device or plain file
 * @param options.isActive marks the entry that protects the GPT, without which some BIOSes start no disk. UEFI takes
 * such a table for none. Otherwise the mark stays as it is.
 */
export async function writeGrub(
	disk: string,
	partition: BiosBootPartition,
	images: GrubImages,
	{isActive = false}: {isActive?: boolean} = {},
): Promise<void> {
	await using file = await open(disk, 'r+');
	const found = await readAt(file, 0, sectorSize);
	const first = isActive ? activeSector(found) : found;
	const sector = freeSector(partition, coreSectorOf(first));
	await writeDurably(file, placedCore(images.core, sector), sector * sectorSize);
	await writeDurably(file, placedBoot(images.boot, first, sector), 0);
}

/** Whether a disk starts just this GRUB. */
export async function compareGrub(disk: string, images: GrubImages): Promise<GrubState> {
	await using file = await open(disk, 'r');
	const first = await readAt(file, 0, sectorSize);
	const sector = coreSectorOf(first);
	if (sector === undefined) return 'other';
	const core = placedCore(images.core, sector);
	const found = await readAt(file, sector * sectorSize, core.length);
	const isSame = found.equals(core) && first.equals(placedBoot(images.boot, first, sector));
	return isSame ? 'same' : 'other';
}

/** Of the half that the core image in use is not in. */
function freeSector({start}: BiosBootPartition, used: number | undefined): number {
	const halves = [start / sectorSize, (start + coreRoom) / sectorSize] as const;
	return used === halves[0] ? halves[1] : halves[0];
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
	const bytes = Buffer.alloc(length);
	await file.read(bytes, 0, length, position);
	return bytes;
}

async function writeDurably(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
	await file.write(bytes, 0, bytes.length, position);
	await file.sync();
}
