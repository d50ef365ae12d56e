import type {LoopOptions, System} from '../../engine/system/system.ts';
import type {PlannedFileSystem, PlannedPartition} from './layout.ts';
import {leastFat32Clusters} from './minimum-sizes.ts';
import type {DiskTarget} from './sfdisk.ts';
import {alignDown, KiB, MiB} from './size.ts';

/** A partition by its place, and what is made in it. */
type NewContent = Pick<PlannedPartition, 'start' | 'size' | 'fileSystem'>;

/**
 * Makes the file system of the EFI system partition in place, by its offset on the disk. The kernel
 * need not know FAT, and nothing is attached.
 */
export async function makeEspFileSystem(
	system: Pick<System, 'run'>,
	disk: DiskTarget,
	partition: NewContent,
): Promise<void> {
	await system.run('mkfs.vfat', vfatArguments(disk, partition));
}

/** What a folder of loader entries fits in, and one of kernels. */
const folderSize = 4 * KiB;
/** In each of the two tables. */
const fatEntrySize = 4;

/**
 * As large as a folder that the boot loader reads, where there is room: one that grows is one whose chain of
 * clusters a power cut may break, and firmware shows nothing of such a folder.
 *
 * By the specification FAT32 is what has 65,525 clusters or more. Firmware and mtools heed that, mkfs.vfat
 * does not: on sectors of 4096 bytes it makes clusters of 32 KiB, and firmware finds no file system.
 */
function clusterSize(partitionSize: number, sectorSize: number): number {
	const bytes = partitionSize - MiB;
	let size = Math.max(folderSize, sectorSize);
	while (size > sectorSize && bytes / (size + 2 * fatEntrySize) < leastFat32Clusters) size /= 2;
	return size;
}

/** Arguments of mkfs.vfat; see its manual page. Its offset is in sectors, its size in KiB. */
export function vfatArguments(
	{path, sectorSize}: DiskTarget,
	{start, size, fileSystem}: NewContent,
): string[] {
	return [
		// Sets a constant volume ID too, so it has to come before the ID.
		'--invariant',
		'-i',
		fileSystem.uuid.replace('-', ''),
		'-n',
		fileSystem.label,
		'-F',
		'32',
		'-S',
		String(sectorSize),
		'-s',
		String(clusterSize(size, sectorSize) / sectorSize),
		// Its checks are against a whole disk by mistake, which this is by intent.
		'-I',
		`--offset=${start / sectorSize}`,
		path,
		String(Math.floor(size / KiB)),
	];
}

/** How a loop device shows one partition as a device of its own. */
export function partitionLoop(
	disk: DiskTarget,
	{start, size}: Pick<NewContent, 'start' | 'size'>,
): LoopOptions {
	// File systems take the sector size into their format: one made for 512-byte sectors cannot be
	// mounted from the real disk when that has 4096.
	return {offset: start, sizeLimit: size, sectorSize: disk.sectorSize};
}

/** Makes the file system of a root that will be mounted, on a device that is just this partition. */
export async function makeFileSystem(
	system: System,
	device: string,
	fileSystem: PlannedFileSystem,
): Promise<void> {
	switch (fileSystem.type) {
		case 'btrfs':
			await system.run('mkfs.btrfs', [...btrfsArguments(fileSystem), device]);
			return;
		case 'xfs':
			await system.run('mkfs.xfs', [...xfsArguments(fileSystem), device]);
			return;
		case 'ext4':
		case 'swap':
		case 'vfat':
			throw new RangeError(`${fileSystem.type} is made by its offset on the disk`);
	}
}

/** Makes an empty ext4 in place, by its offset on the disk. */
export async function makeExt4(
	system: System,
	disk: DiskTarget,
	partition: NewContent,
	options: Ext4Options,
): Promise<void> {
	await system.run('mke2fs', ext4Arguments(disk, partition, options), {
		env: {MKE2FS_CONFIG: options.mke2fsConfig},
	});
}

export interface Ext4Options {
	/** Path of the mke2fs.conf that slipway ships: the host's must have no say. */
	readonly mke2fsConfig: string;
	/** Leave zeroing inode tables to the kernel's first mounts: quick on disks, unneeded in new files. */
	readonly lazyInit: boolean;
}

/** Arguments of mke2fs; see its manual page. Its size is in KiB. */
export function ext4Arguments(
	{path}: Pick<DiskTarget, 'path'>,
	{start, size, fileSystem: {uuid, label, mkfsOptions = []}}: NewContent,
	{lazyInit}: Pick<Ext4Options, 'lazyInit'>,
): string[] {
	const lazy = lazyInit ? 1 : 0;
	const extended = [
		`hash_seed=${uuid}`,
		`lazy_itable_init=${lazy}`,
		`lazy_journal_init=${lazy}`,
		// That is up to whoever owns the whole disk.
		'nodiscard',
		`offset=${start}`,
	].join(',');
	const blocks = `${alignDown(size, 4 * KiB) / KiB}K`;
	const own = ['-q', '-F', '-t', 'ext4', '-U', uuid, '-L', label, '-E', extended];
	return [...own, ...mkfsOptions, path, blocks];
}

function btrfsArguments({uuid, label, mkfsOptions = []}: PlannedFileSystem): string[] {
	return ['--quiet', '--force', '--uuid', uuid, '--label', label, ...mkfsOptions];
}

function xfsArguments({uuid, label, mkfsOptions = []}: PlannedFileSystem): string[] {
	return ['-q', '-f', '-L', label, '-m', `uuid=${uuid}`, ...mkfsOptions];
}
