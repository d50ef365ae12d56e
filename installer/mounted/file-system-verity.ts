import {closeSync, existsSync, openSync, readSync} from 'node:fs';
import path from 'node:path';

const superblockOffset = 1024;
const readOnlyFeaturesOffset = 0x64;
const verityFeature = 0x8000;

/** Why the kernel that runs here cannot put fs-verity on files of a file system; undefined when it can. */
export function whyNoVerity(type: string, device: string, sys = '/sys'): string | undefined {
	if (type !== 'ext4' && type !== 'btrfs') return `${type} has no fs-verity`;
	if (type === 'ext4' && !hasVerityFeature(device))
		return 'the file system was made without fs-verity';
	// Both say so when the kernel was built with it, btrfs once its module is loaded, as it is here.
	return existsSync(path.join(sys, 'fs', type, 'features/verity'))
		? undefined
		: `the kernel that runs here has no fs-verity for ${type}`;
}

/** @see https://docs.kernel.org/filesystems/ext4/super.html */
function hasVerityFeature(device: string): boolean {
	const features = Buffer.alloc(4);
	const fd = openSync(device, 'r');
	try {
		readSync(fd, features, 0, features.length, superblockOffset + readOnlyFeaturesOffset);
	} finally {
		closeSync(fd);
	}
	return (features.readUInt32LE() & verityFeature) !== 0;
}
