import {existsSync, readFileSync, statfsSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {OperationFailed, Refused} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import {
	type BlockDevice,
	blockDeviceOfName,
	type KernelPaths,
	kernelPaths,
} from '../disk/block-devices.ts';
import {readKernelState} from '../disk/kernel-state.ts';
import {type RootFileSystem, rootFileSystems} from '../disk/layout-settings.ts';
import {type MountPoint, mountedDevice} from '../disk/mounts.ts';
import {readPartitionTable} from '../disk/sfdisk.ts';
import {hasBackupTable} from './backup-table.ts';
import {fileSystemSize} from './file-system-size.ts';
import type {FoundRoot} from './growth-plan.ts';

/** What sysfs counts in, whatever the sectors of the disk. */
const sysfsUnit = 512;

/**
 * Looks at what a mounted root lies on.
 * @throws Refused `encrypted-root`, `mirrored-root`, `stacked-root`, `no-partition`, `not-gpt`,
 * `other-file-system`, where slipway grows none
 */
export async function findRoot(
	system: System,
	mountPoint: string,
	paths: KernelPaths = kernelPaths,
): Promise<FoundRoot> {
	const mount = readKernelState(paths).mounts.findLast((one) => one.path === mountPoint);
	const device = mount && mountedDevice(paths, mount);
	if (mount === undefined || device === undefined)
		throw new OperationFailed('no-root', `what is mounted on ${mountPoint} is on no block device`, {
			hint: 'Report this, with the output of findmnt.',
		});
	const type = fileSystemType(mount);
	const below = encryptedPartition(device, paths) ?? device;
	const disk = diskOf(below, paths);
	askForSize(paths, disk);
	const diskPath = path.join(paths.dev, disk);
	const partition = readPartition(paths, below);
	const mapping = below === device ? undefined : readMapping(paths, device);
	const {size, sectorSize} = system.deviceSize(diskPath);
	const table = await readPartitionTable(system, {path: diskPath, sectorSize});
	if (table === undefined)
		throw new Refused('not-gpt', `${diskPath} has no partition table that can be read`, {
			hint: 'Look at it with sfdisk --verify.',
		});
	const hasBackup = hasBackupTable(diskPath, size, sectorSize);
	return {
		disk: {path: diskPath, size, sectorSize, table, hasBackup},
		partition,
		...(mapping && {mapping}),
		fileSystem: {
			type,
			size: fileSystemSize((mapping ?? partition).path, type, () => usableBytes(mountPoint)),
		},
		mountPoint,
	};
}

/** A SCSI disk that has become larger while it was there says so only when it is asked. */
function askForSize({sys}: KernelPaths, disk: string): void {
	const file = path.join(sys, 'class/block', disk, 'device/rescan');
	if (existsSync(file)) writeFileSync(file, '1');
}

function usableBytes(mountPoint: string): number {
	const {blocks, bsize} = statfsSync(mountPoint);
	return blocks * bsize;
}

function fileSystemType({path: place, type}: MountPoint): RootFileSystem {
	const found = rootFileSystems.find((one) => one === type);
	if (found !== undefined) return found;
	throw new Refused('other-file-system', `${place} is ${type}, which slipway does not grow`, {
		hint: `Only ${rootFileSystems.join(', ')} are.`,
	});
}

/** The partition that a LUKS2 root is unlocked from; undefined of all others. */
function encryptedPartition(
	{name, slaves}: BlockDevice,
	paths: KernelPaths,
): BlockDevice | undefined {
	const [slave] = slaves;
	if (slave === undefined || !isMapping(paths, name, 'CRYPT-LUKS2-')) return undefined;
	const below = blockDeviceOfName(paths, slave);
	return below?.disk === undefined ? undefined : below;
}

function isMapping(paths: KernelPaths, name: string, kind: string): boolean {
	return (
		existsSync(path.join(paths.sys, 'class/block', name, 'dm/uuid')) &&
		readAttribute(paths, name, 'dm/uuid').startsWith(kind)
	);
}

function readMapping(paths: KernelPaths, {name}: BlockDevice): FoundRoot['mapping'] {
	return {
		path: path.join(paths.dev, name),
		name: readAttribute(paths, name, 'dm/name'),
		size: Number(readAttribute(paths, name, 'size')) * sysfsUnit,
	};
}

/** Kernel name of the disk that a root's partition is on. */
function diskOf({name, disk, slaves, mapperName}: BlockDevice, paths: KernelPaths): string {
	if (disk !== undefined) return disk;
	if (mapperName !== undefined && isMapping(paths, name, 'CRYPT-'))
		throw new Refused(
			'encrypted-root',
			`the root is encrypted, and ${name} is not on a partition of its own`,
			{
				hint: `Grow what is below it, then run cryptsetup resize ${mapperName ?? name}, which asks for a key, and grow the file system.`,
			},
		);
	if (/^md/.test(name))
		throw new Refused('mirrored-root', `the root is on ${name}, an array of several disks`, {
			hint: 'Grow a partition on each disk, then mdadm --grow --size max, then the file system.',
		});
	if (slaves.length > 0 || mapperName !== undefined)
		throw new Refused(
			'stacked-root',
			`the root is on ${mapperName ?? name}, which slipway did not make`,
			{hint: 'Grow it with the programs that made it.'},
		);
	throw new Refused('no-partition', `the root is on ${name}, a disk without partitions`, {
		hint: 'Grow the file system with its own program.',
	});
}

function readPartition(paths: KernelPaths, {name}: BlockDevice): FoundRoot['partition'] {
	const attribute = (file: string): number => Number(readAttribute(paths, name, file));
	return {
		path: path.join(paths.dev, name),
		number: attribute('partition'),
		start: attribute('start') * sysfsUnit,
		size: attribute('size') * sysfsUnit,
	};
}

function readAttribute({sys}: KernelPaths, name: string, file: string): string {
	return readFileSync(path.join(sys, 'class/block', name, file), 'utf8').trim();
}
