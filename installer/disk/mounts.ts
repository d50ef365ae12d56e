import {statSync} from 'node:fs';
import path from 'node:path';
import {type MountPoint, unescapeOctal} from '../../engine/system/mount-points.ts';
import {
	type BlockDevice,
	blockDeviceOfName,
	blockDeviceOfNumber,
	deviceNumber,
	type KernelPaths,
} from './block-devices.ts';

export {type MountPoint, parseMountinfo} from '../../engine/system/mount-points.ts';

/** Devices and files in `/proc/swaps`. */
export function parseSwaps(text: string): string[] {
	return text
		.split('\n')
		.slice(1)
		.filter((line) => line !== '')
		.map((line) => unescapeOctal(line.split(/\s/, 1)[0] ?? ''));
}

/** The block device of a mounted file system; undefined for those that have none. */
export function mountedDevice(paths: KernelPaths, mount: MountPoint): BlockDevice | undefined {
	return blockDeviceOfNumber(paths, mount.device) ?? deviceOfSource(paths, mount.source);
}

/** btrfs gives its mounts a number of its own, so the source has to name the device. */
function deviceOfSource(paths: KernelPaths, source: string): BlockDevice | undefined {
	if (!source.startsWith('/dev/')) return undefined;
	const byName = blockDeviceOfName(paths, path.basename(source));
	if (byName !== undefined) return byName;
	const stat = statSync(source, {throwIfNoEntry: false});
	return stat?.isBlockDevice() ? blockDeviceOfNumber(paths, deviceNumber(stat.rdev)) : undefined;
}
