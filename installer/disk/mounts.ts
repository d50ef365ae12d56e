import {statSync} from 'node:fs';
import path from 'node:path';
import {
	type BlockDevice,
	blockDeviceOfName,
	blockDeviceOfNumber,
	deviceNumber,
	type KernelPaths,
} from './block-devices.ts';

/** A mount as `/proc/self/mountinfo` has it. */
export interface MountPoint {
	/** `MAJOR:MINOR` of the file system; major 0 for those without a device, and for btrfs. */
	readonly device: string;
	readonly path: string;
	readonly type: string;
	readonly source: string;
}

/** @see proc_pid_mountinfo(5) */
export function parseMountinfo(text: string): MountPoint[] {
	return text
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => {
			const fields = line.split(' ');
			// Optional fields of any number lie before the hyphen.
			const hyphen = fields.indexOf('-', 6);
			return {
				device: fields[2] ?? '',
				path: unescapeOctal(fields[4] ?? ''),
				type: unescapeOctal(fields[hyphen + 1] ?? ''),
				source: unescapeOctal(fields[hyphen + 2] ?? ''),
			};
		});
}

/** Devices and files in `/proc/swaps`. */
export function parseSwaps(text: string): string[] {
	return text
		.split('\n')
		.slice(1)
		.filter((line) => line !== '')
		.map((line) => unescapeOctal(line.split(/\s/, 1)[0] ?? ''));
}

/** The kernel writes blanks and backslashes in paths as three octal digits. */
function unescapeOctal(text: string): string {
	return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
		String.fromCharCode(Number.parseInt(digits, 8)),
	);
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
