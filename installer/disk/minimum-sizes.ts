import type {ContentSizes} from './content-sizes.ts';
import {alignUp, MiB} from './size.ts';

/** FAT32 has at least this many clusters, and here a cluster at least one sector. */
export const leastFat32Clusters = 65_525;
/** An update adds its kernel beside those of the booted and the previous deployment. */
const kernelsKept = 3;
const espSlack = 8 * MiB;

/** The ESP cannot be smaller: it would be no FAT32, or not hold what an update needs. */
export function minimumEspSize(sizes: ContentSizes, sectorSize: number): number {
	const fat32 = leastFat32Clusters * sectorSize + 4 * MiB;
	return alignUp(Math.max(fat32, leastBootSpace(sizes)), MiB);
}

/** Bytes that kernels, entries and the boot loader need to have on a boot partition. */
export function leastBootSpace({bootBytes}: ContentSizes): number {
	return kernelsKept * bootBytes + espSlack;
}

/** An update is complete beside the system that runs before anything is removed. */
const systemsKept = 2;
/** ext4 with 16 KiB an inode: inode tables 1.6 %, journal, bitmaps, 1 % kept for root. */
const fileSystemShare = 1.06;
const bytesPerInode = 16 * 1024;
/** Journal of the file system, logs and the like. */
const rootSlack = 256 * MiB;

export function minimumRootSize(sizes: ContentSizes): number {
	const bytes = systemsKept * sizes.rootBytes * fileSystemShare;
	const inodes = systemsKept * sizes.rootInodes * bytesPerInode;
	return alignUp(Math.max(bytes, inodes) + rootSlack, MiB);
}
