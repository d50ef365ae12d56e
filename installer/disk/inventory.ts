import {accessSync, constants, realpathSync, type Stats, statSync} from 'node:fs';
import path from 'node:path';
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
import {
	backsRunningSystem,
	type DiskUse,
	findFileUses,
	findUses,
	readKernelState,
} from './usage.ts';

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
	if (device === undefined && !stat.isFile()) {
		return {kind: 'not-a-disk', path: file, detail: describeKind(stat)};
	}
	try {
		return await inspectFound(system, file, device, paths);
	} catch (error) {
		if (!(error instanceof KernelCallFailed)) throw error;
		if (error.errno === 'ENOMEDIUM') {
			return {kind: 'not-a-disk', path: file, detail: 'a drive without a medium'};
		}
		return {kind: 'unreadable', path: file, detail: error.errno};
	}
}

async function inspectFound(
	system: System,
	file: string,
	device: BlockDevice | undefined,
	paths: KernelPaths,
): Promise<FoundDisk> {
	const realPath = realpathSync(file);
	const {size, sectorSize} = system.deviceSize(realPath);
	const state = readKernelState(paths);
	const content = await readContent(system, {path: realPath, size, sectorSize});
	const found = {path: file, realPath, size, sectorSize, content};
	if (device === undefined) {
		return {
			...found,
			kind: 'file',
			isReadOnly: !isWritable(realPath),
			partitionOf: undefined,
			identity: unknownIdentity,
			uses: findFileUses(system, paths, state, realPath),
			backsRunningSystem: false,
		};
	}
	return {
		...found,
		kind: 'block-device',
		isReadOnly: device.isReadOnly,
		partitionOf: device.disk === undefined ? undefined : path.join('/dev', device.disk),
		identity: await readIdentity(system, realPath, device),
		uses: findUses(system, paths, state, device),
		backsRunningSystem: backsRunningSystem(paths, state, device),
	};
}

/** A container without `--privileged` has no node for a disk that the kernel does have. */
function missing(paths: KernelPaths, file: string): NoDisk {
	const isDevice = path.dirname(path.resolve(file)) === '/dev';
	const isKnown = isDevice && blockDeviceOfName(paths, path.basename(file)) !== undefined;
	return {kind: isKnown ? 'not-visible' : 'missing', path: file, detail: ''};
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
