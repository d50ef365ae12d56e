import {closeSync, constants, existsSync, fstatSync, fsyncSync} from 'node:fs';
import {makeNode} from './inodes.ts';
import {checked, KernelCallFailed, lastErrno, libc} from './libc.ts';
import {openFile, withOpenFile} from './open-file.ts';
import type {DeviceHold} from './system.ts';

/** linux/fs.h */
const ioctls = {
	sectorSize: 0x1268, // BLKSSZGET
	size64: 0x80081272, // BLKGETSIZE64
	flushBuffers: 0x1261, // BLKFLSBUF
	rereadPartitions: 0x125f, // BLKRRPART
} as const;

export function deviceSize(path: string): {readonly size: number; readonly sectorSize: number} {
	return withOpenFile(path, 'r', (fd) => {
		const stat = fstatSync(fd);
		if (!stat.isBlockDevice()) return {size: stat.size, sectorSize: 512};
		const size = Buffer.alloc(8);
		const sectorSize = Buffer.alloc(4);
		checked(libc().ioctl(fd, ioctls.size64, size), 'size of', path);
		checked(libc().ioctl(fd, ioctls.sectorSize, sectorSize), 'sector size of', path);
		return {size: Number(size.readBigUInt64LE()), sectorSize: sectorSize.readUInt32LE()};
	});
}

export function probeExclusive(device: string): 'free' | 'busy' {
	try {
		return withOpenFile(device, constants.O_RDONLY | constants.O_EXCL, () => 'free');
	} catch (error) {
		if (error instanceof KernelCallFailed && error.errno === 'EBUSY') return 'busy';
		throw error;
	}
}

export function holdDevice(device: string): DeviceHold {
	const descriptor = openFile(device, 'r');
	return {
		restoreNode() {
			const {mode, rdev} = fstatSync(descriptor);
			if (!existsSync(device)) makeNode(device, mode, rdev);
		},
		release: () => closeSync(descriptor),
	};
}

export function rereadPartitions(device: string): boolean {
	return withOpenFile(device, 'r', (fd) => {
		if (libc().ioctl(fd, ioctls.rereadPartitions, null) >= 0) return true;
		const errno = lastErrno();
		// EINVAL: a device that takes no partitions, such as a loop device without partition scan.
		if (errno === 'EBUSY' || errno === 'EINVAL') return false;
		throw new KernelCallFailed('read the partition table of', device, errno);
	});
}

export function flushDevice(device: string): void {
	withOpenFile(device, 'r', (fd) => {
		fsyncSync(fd);
		if (!fstatSync(fd).isBlockDevice()) return;
		checked(libc().ioctl(fd, ioctls.flushBuffers, null), 'flush', device);
	});
}
