import {existsSync, readdirSync, realpathSync} from 'node:fs';
import {open} from 'node:fs/promises';
import path from 'node:path';
import {parseMountinfo} from '../../system/mount-points.ts';
import {readText} from '../../system/read-text.ts';
import {coreSectorOf, sectorSize} from './boot-images.ts';
import type {BiosBootPartition} from './write-grub.ts';

/** A disk that a BIOS starts GRUB from. */
export interface GrubDisk {
	/** Of its device. */
	readonly path: string;
	readonly partition: BiosBootPartition;
}

/**
 * The disk with the boot partition that is mounted there, as far as its first sector leads to GRUB in a
 * partition of that disk; undefined otherwise: then it is somebody else's, or none.
 * @param root what stands before all paths; for tests
 */
export async function findGrubDisk(mountPoint: string, root = '/'): Promise<GrubDisk | undefined> {
	const mountinfo = (await readText(path.join(root, '/proc/self/mountinfo'))) ?? '';
	// Below it may be what mounts it when somebody looks.
	const source = parseMountinfo(mountinfo).findLast((one) => one.path === mountPoint)?.source;
	const link = path.join(root, 'sys/class/block', path.basename(source ?? ''));
	if (source === undefined || !existsSync(path.join(link, 'partition'))) return undefined;
	const disk = path.dirname(realpathSync(link));
	const device = path.join(root, 'dev', path.basename(disk));
	const sector = coreSectorOf(await readFirstSector(device));
	if (sector === undefined) return undefined;
	for (const partition of await readPartitions(disk)) {
		const at = sector * sectorSize - partition.start;
		if (at >= 0 && at < partition.size) return {path: device, partition};
	}
	return undefined;
}

/** sysfs counts in sectors of 512 bytes, whatever those of the disk are. */
async function readPartitions(disk: string): Promise<BiosBootPartition[]> {
	const partitions: BiosBootPartition[] = [];
	for (const name of readdirSync(disk).sort()) {
		const folder = path.join(disk, name);
		if (!existsSync(path.join(folder, 'partition'))) continue;
		const bytes = async (file: string): Promise<number> =>
			Number(await readText(path.join(folder, file))) * sectorSize;
		partitions.push({start: await bytes('start'), size: await bytes('size')});
	}
	return partitions;
}

async function readFirstSector(device: string): Promise<Buffer> {
	await using file = await open(device, 'r');
	const sector = Buffer.alloc(sectorSize);
	await file.read(sector, 0, sectorSize, 0);
	return sector;
}
