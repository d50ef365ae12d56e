import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {liveImagePath, liveMediumPath} from '../../engine/source/live-root.ts';
import {type BlockDevice, disksBehind, type KernelPaths} from './block-devices.ts';
import {type MountPoint, mountedDevice, parseMountinfo, parseSwaps} from './mounts.ts';

/** What of the kernel's state the checks need, read once. */
export interface KernelState {
	readonly mounts: readonly MountPoint[];
	/** Devices and files. */
	readonly swaps: readonly string[];
}

export function readKernelState(paths: KernelPaths): KernelState {
	const mountinfo = readFileSync(path.join(paths.proc, 'self/mountinfo'), 'utf8');
	// A kernel without swap has no such file.
	const swaps = path.join(paths.proc, 'swaps');
	return {
		mounts: parseMountinfo(mountinfo),
		swaps: existsSync(swaps) ? parseSwaps(readFileSync(swaps, 'utf8')) : [],
	};
}

/**
 * A running system has these on its own disk. A container's root says nothing, but the files that its
 * engine mounts lie where the engine's host keeps its state.
 */
const systemMountPoints = new Set([
	'/',
	'/sysroot',
	'/usr',
	'/etc',
	'/var',
	'/boot',
	'/boot/efi',
	'/efi',
	'/run/initramfs/live',
	'/run/rootfsbase',
	liveImagePath,
	liveMediumPath,
	'/run/.containerenv',
	'/etc/hosts',
	'/etc/hostname',
	'/etc/resolv.conf',
]);

/** Whether the system that runs here lies on the disk, through whatever layers. */
export function backsRunningSystem(
	paths: KernelPaths,
	state: KernelState,
	disk: BlockDevice,
): boolean {
	return state.mounts.some((mount) => {
		if (!systemMountPoints.has(mount.path)) return false;
		const device = mountedDevice(paths, mount);
		return device !== undefined && disksBehind(paths, device).has(disk.disk ?? disk.name);
	});
}
