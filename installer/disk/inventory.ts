import {accessSync, constants, realpathSync, type Stats, statSync} from 'node:fs';
import path from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import {Refused} from '../../engine/errors.ts';
import {KernelCallFailed} from '../../engine/system/libc.ts';
import type {System} from '../../engine/system/system.ts';
import {
	type BlockDevice,
	blockDeviceOfName,
	blockDeviceOfNumber,
	deviceNumber,
	type KernelPaths,
	kernelPaths,
} from './block-devices.ts';
import {type DiskContent, readContent} from './content.ts';
import {type DiskIdentity, readIdentity, unknownIdentity} from './identity.ts';
import {backsRunningSystem, type KernelState, readKernelState} from './kernel-state.ts';
import {type DiskUse, findFileUses, findUses} from './usage.ts';

/** What is at a path that somebody wants to install to. */
export type DiskInventory = FoundDisk | NoDisk;

/** A block device or regular file, and what it holds. Sizes are in bytes. */
export interface FoundDisk {
	readonly kind: 'block-device' | 'file';
	/** As it was given. */
	readonly path: string;
	/** The same without symbolic links: what to open. */
	readonly realPath: string;
	readonly size: number;
	readonly sectorSize: number;
	readonly isReadOnly: boolean;
	/** Path of the whole disk when this is a partition of it. */
	readonly partitionOf: string | undefined;
	readonly identity: DiskIdentity;
	readonly content: DiskContent;
	readonly uses: readonly DiskUse[];
	readonly backsRunningSystem: boolean;
}

export interface NoDisk {
	readonly kind: 'missing' | 'not-visible' | 'not-a-disk' | 'unreadable';
	readonly path: string;
	/** What it is instead (`a folder`), or why it cannot be read (`EACCES`). */
	readonly detail: string;
	/** Known also of a disk that cannot be read. */
	readonly backsRunningSystem: boolean;
}

/**
 * Looks at a device or file without changing it. Needs no udev and no partition nodes; what needs
 * privileges that are lacking is told as `unreadable`.
 * @throws Lacking `missing-program` without sfdisk, blkid or wipefs
 */
export async function inspectDisk(
	system: System,
	file: string,
	paths: KernelPaths = kernelPaths,
): Promise<DiskInventory> {
	const stat = statSync(file, {throwIfNoEntry: false});
	if (stat === undefined) return missing(paths, file);
	const device = stat.isBlockDevice()
		? blockDeviceOfNumber(paths, deviceNumber(stat.rdev))
		: undefined;
	if (device === undefined && !stat.isFile()) return noDisk('not-a-disk', file, describeKind(stat));
	const state = readKernelState(paths);
	const isOwn = device !== undefined && backsRunningSystem(paths, state, device);
	try {
		const common = {...(await inspectBytes(system, file)), backsRunningSystem: isOwn};
		return device === undefined
			? inspectFile(system, paths, state, common)
			: await inspectDevice(system, paths, state, common, device);
	} catch (error) {
		if (!(error instanceof KernelCallFailed)) throw error;
		return error.errno === 'ENOMEDIUM'
			? noDisk('not-a-disk', file, 'a drive without a medium')
			: noDisk('unreadable', file, error.errno, isOwn);
	}
}

type CommonFacts = Pick<
	FoundDisk,
	'path' | 'realPath' | 'size' | 'sectorSize' | 'content' | 'backsRunningSystem'
>;

async function inspectBytes(
	system: System,
	file: string,
): Promise<Omit<CommonFacts, 'backsRunningSystem'>> {
	const realPath = realpathSync(file);
	const {size, sectorSize} = system.deviceSize(realPath);
	const content = await readContent(system, {path: realPath, size, sectorSize});
	return {path: file, realPath, size, sectorSize, content};
}

function inspectFile(
	system: System,
	paths: KernelPaths,
	state: KernelState,
	common: CommonFacts,
): FoundDisk {
	return {
		...common,
		kind: 'file',
		isReadOnly: !isWritable(common.realPath),
		partitionOf: undefined,
		identity: unknownIdentity,
		uses: findFileUses(system, paths, state, common.realPath),
	};
}

async function inspectDevice(
	system: System,
	paths: KernelPaths,
	state: KernelState,
	common: CommonFacts,
	device: BlockDevice,
): Promise<FoundDisk> {
	return {
		...common,
		kind: 'block-device',
		isReadOnly: device.isReadOnly,
		partitionOf: device.disk === undefined ? undefined : path.join('/dev', device.disk),
		identity: await readIdentity(system, common.realPath, device),
		uses: findUses(system, paths, state, device),
	};
}

/** By what a disk that was inspected is known again. */
export type KnownDisk = Pick<FoundDisk, 'path' | 'realPath' | 'size' | 'identity'>;

/**
 * Whether the path still leads to the disk that was inspected, and not to one that came since.
 * @throws Refused `other-disk`
 */
export async function checkSameDisk(
	system: System,
	{path: file, realPath, size, identity}: KnownDisk,
	paths: KernelPaths = kernelPaths,
): Promise<void> {
	const stat = statSync(realPath, {throwIfNoEntry: false});
	const device = stat?.isBlockDevice()
		? blockDeviceOfNumber(paths, deviceNumber(stat.rdev))
		: undefined;
	const now = stat && {
		realPath: realpathSync(file),
		size: system.deviceSize(realPath).size,
		identity: device === undefined ? unknownIdentity : await readIdentity(system, realPath, device),
	};
	if (isDeepStrictEqual(now, {realPath, size, identity})) return;
	throw new Refused('other-disk', `${file} is not the disk any more that it was when this began`, {
		hint: 'See with lsblk which disk it is now, and run again.',
	});
}

function noDisk(kind: NoDisk['kind'], file: string, detail: string, isOwn = false): NoDisk {
	return {kind, path: file, detail, backsRunningSystem: isOwn};
}

/** A container without `--privileged` has no node for a disk that the kernel does have. */
function missing(paths: KernelPaths, file: string): NoDisk {
	const isDevice = path.dirname(path.resolve(file)) === '/dev';
	const isKnown = isDevice && blockDeviceOfName(paths, path.basename(file)) !== undefined;
	return noDisk(isKnown ? 'not-visible' : 'missing', file, '');
}

function isWritable(file: string): boolean {
	try {
		accessSync(file, constants.W_OK);
		return true;
	} catch {
		return false;
	}
}

function describeKind(stat: Stats): string {
	if (stat.isDirectory()) return 'a folder';
	if (stat.isCharacterDevice()) return 'a character device';
	if (stat.isFIFO()) return 'a pipe';
	if (stat.isSocket()) return 'a socket';
	return 'a device that the kernel does not know';
}
