import {existsSync, readdirSync, readFileSync, readlinkSync, statSync} from 'node:fs';
import path from 'node:path';
import {deviceMajor, deviceMinor, makeDeviceNumber} from '../../engine/tree/device-number.ts';

/** Where the kernel shows itself; tests give a folder of their own. */
export interface KernelPaths {
	readonly sys: string;
	readonly proc: string;
	readonly dev: string;
}

export const kernelPaths: KernelPaths = {sys: '/sys', proc: '/proc', dev: '/dev'};

/** A block device as sysfs has it. Names are the kernel's: `sda`, `sda1`, `dm-0`. */
export interface BlockDevice {
	readonly name: string;
	/** `MAJOR:MINOR` */
	readonly number: string;
	/** The whole disk, of a partition. */
	readonly disk: string | undefined;
	readonly partitions: readonly string[];
	/** Devices made of this one: dm, md, bcache. */
	readonly holders: readonly string[];
	/** Devices that this one is made of. */
	readonly slaves: readonly string[];
	readonly isReadOnly: boolean;
	/** Rises whenever another disk takes this name; undefined before Linux 5.15. */
	readonly diskSequence: number | undefined;
	/** Name of a dm device, as in `/dev/mapper`. */
	readonly mapperName: string | undefined;
	/** File behind a loop device that is attached. */
	readonly backingFile: string | undefined;
}

/** The device of a number such as `8:1`; undefined for numbers that are no block device's. */
export function blockDeviceOfNumber(paths: KernelPaths, number: string): BlockDevice | undefined {
	// File systems that are on none: there are many of them.
	if (number.startsWith('0:')) return undefined;
	return readDevice(path.join(paths.sys, 'dev/block', number)) ?? findByNumber(paths, number);
}

/** An ordinary container has an empty folder mounted over /sys/dev/block. */
function findByNumber(paths: KernelPaths, number: string): BlockDevice | undefined {
	const folder = path.join(paths.sys, 'class/block');
	const name = folderNames(folder).find(
		(candidate) => readAttribute(path.join(folder, candidate, 'dev')) === number,
	);
	return name === undefined ? undefined : blockDeviceOfName(paths, name);
}

/** The device of a kernel name. */
export function blockDeviceOfName(paths: KernelPaths, name: string): BlockDevice | undefined {
	return readDevice(path.join(paths.sys, 'class/block', name));
}

/** @param link of sysfs, to the folder of a device */
function readDevice(link: string): BlockDevice | undefined {
	const number = readAttribute(path.join(link, 'dev'));
	if (number === undefined) return undefined;
	const place = readlinkSync(link);
	const attribute = (file: string) => readAttribute(path.join(link, file));
	const isPartition = existsSync(path.join(link, 'partition'));
	const sequence = attribute('diskseq');
	return {
		name: path.basename(place),
		number,
		disk: isPartition ? path.basename(path.dirname(place)) : undefined,
		partitions: folderNames(link).filter((child) =>
			existsSync(path.join(link, child, 'partition')),
		),
		holders: folderNames(path.join(link, 'holders')),
		slaves: folderNames(path.join(link, 'slaves')),
		isReadOnly: attribute('ro') === '1',
		diskSequence: sequence === undefined ? undefined : Number(sequence),
		mapperName: attribute('dm/name'),
		backingFile: attribute('loop/backing_file'),
	};
}

/** The device and its partitions, whichever have nodes. */
export function withPartitions(paths: KernelPaths, device: BlockDevice): BlockDevice[] {
	return [device, ...device.partitions.flatMap((name) => blockDeviceOfName(paths, name) ?? [])];
}

/** Loop devices that have something attached. */
export function attachedLoops(paths: KernelPaths): BlockDevice[] {
	return folderNames(path.join(paths.sys, 'class/block'))
		.filter((name) => /^loop\d+$/.test(name))
		.flatMap((name) => blockDeviceOfName(paths, name) ?? [])
		.filter(({backingFile}) => backingFile !== undefined);
}

/**
 * Kernel names of the whole disks that a device lies on, through partitions, device mapper, RAID and
 * loop devices.
 */
export function disksBehind(paths: KernelPaths, device: BlockDevice): Set<string> {
	const disks = new Set<string>();
	const seen = new Set<string>();
	const queue = [device];
	for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
		if (seen.has(next.name)) continue;
		seen.add(next.name);
		if (next.disk === undefined) disks.add(next.name);
		for (const name of [next.disk, ...next.slaves]) {
			const below = name === undefined ? undefined : blockDeviceOfName(paths, name);
			if (below !== undefined) queue.push(below);
		}
		const behindFile = next.backingFile && deviceHolding(paths, next.backingFile);
		if (behindFile) queue.push(behindFile);
	}
	return disks;
}

/** The device that a path is on, or is the node of. */
export function deviceHolding(paths: KernelPaths, file: string): BlockDevice | undefined {
	const stat = statSync(file, {throwIfNoEntry: false});
	if (stat === undefined) return undefined;
	return blockDeviceOfNumber(paths, deviceNumber(stat.isBlockDevice() ? stat.rdev : stat.dev));
}

/** `MAJOR:MINOR` of `st_dev` or `st_rdev`. */
export function deviceNumber(rdev: number): string {
	return `${deviceMajor(rdev)}:${deviceMinor(rdev)}`;
}

/** `st_rdev` of `MAJOR:MINOR`. */
export function rawDeviceNumber(number: string): number {
	const [major = 0, minor = 0] = number.split(':').map(Number);
	return makeDeviceNumber(major, minor);
}

function readAttribute(file: string): string | undefined {
	try {
		return readFileSync(file, 'utf8').trimEnd();
	} catch {
		return undefined;
	}
}

function folderNames(folder: string): string[] {
	try {
		return readdirSync(folder).sort();
	} catch {
		return [];
	}
}
