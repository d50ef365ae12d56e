import {closeSync, existsSync} from 'node:fs';
import {makeDeviceNumber} from '../tree/device-number.ts';
import {makeNode} from './inodes.ts';
import {checked, KernelCallFailed, lastErrno, libc} from './libc.ts';
import {openFile, withOpenFile} from './open-file.ts';
import type {LoopOptions} from './system.ts';

/** linux/loop.h */
const ioctls = {
	configure: 0x4c0a, // LOOP_CONFIGURE
	clear: 0x4c01, // LOOP_CLR_FD
	getFree: 0x4c82, // LOOP_CTL_GET_FREE
} as const;
/** struct loop_config: fd, block size, struct loop_info64, eight reserved words. */
const loopConfig = {
	size: 304,
	fd: 0,
	blockSize: 4,
	offset: 8 + 24,
	sizeLimit: 8 + 32,
	flags: 8 + 52,
	fileName: 8 + 56,
	fileNameSize: 64,
} as const;
const flags = {readOnly: 1, autoClear: 4, directIo: 16} as const;
const controlDevice = '/dev/loop-control';
const controlNumber = {major: 10, minor: 237};
const loopMajor = 7;
const blockMode = 0o060660;
const characterMode = 0o020660;
/** Another process may take the free device before we do; that many times in a row it cannot. */
const maxAttempts = 64;

/**
 * Devices that this process attached, each held open until it is detached. The kernel frees a device
 * with autoclear when the last one closes it, and so also when this process is killed.
 */
const held = new Map<string, number>();

export function attachLoop(file: string, options: LoopOptions = {}): string {
	ensureNode(controlDevice, characterMode, controlNumber.major, controlNumber.minor);
	return withOpenFile(file, options.readOnly ? 'r' : 'r+', (fileFd) => {
		const config = formatLoopConfig(file, fileFd, options);
		for (let attempt = 0; attempt < maxAttempts; attempt++) {
			const device = freeLoop();
			const result = configureLoop(device, config, options);
			if (result === 'attached') return device;
			if (result !== 'EBUSY') throw new KernelCallFailed(`attach ${file} to`, device, result);
		}
		throw new KernelCallFailed('attach a loop device to', file, 'EBUSY');
	});
}

/** `attached`, or the error's name: `EBUSY` when another process was quicker. */
function configureLoop(device: string, config: Buffer, {readOnly}: LoopOptions): string {
	return withOpenFile(device, readOnly ? 'r' : 'r+', (fd) => {
		if (libc().ioctl(fd, ioctls.configure, config) < 0) return lastErrno();
		// Not this descriptor, which is for writing: kernels that forbid writing to mounted devices would
		// then not mount this one.
		held.set(device, openFile(device, 'r'));
		return 'attached';
	});
}

/** Does nothing when the device is not attached. While it is mounted, the end of the mount frees it. */
export function detachLoop(device: string): void {
	const holder = held.get(device);
	held.delete(device);
	if (holder !== undefined) closeSync(holder);
	else clearLoop(device);
}

function clearLoop(device: string): void {
	withOpenFile(device, 'r', (fd) => {
		if (libc().ioctl(fd, ioctls.clear, null) >= 0) return;
		const errno = lastErrno();
		if (errno !== 'ENXIO') throw new KernelCallFailed('detach', device, errno);
	});
}

function freeLoop(): string {
	const index = withOpenFile(controlDevice, 'r+', (fd) =>
		checked(libc().ioctl(fd, ioctls.getFree, null), 'find a free loop device by', controlDevice),
	);
	const device = `/dev/loop${index}`;
	ensureNode(device, blockMode, loopMajor, index);
	return device;
}

/** A container's /dev is made when it starts and lacks devices that appear later. */
function ensureNode(path: string, mode: number, major: number, minor: number): void {
	if (!existsSync(path)) makeNode(path, mode, makeDeviceNumber(major, minor));
}

function formatLoopConfig(file: string, fd: number, options: LoopOptions): Buffer {
	const config = Buffer.alloc(loopConfig.size);
	config.writeUInt32LE(fd, loopConfig.fd);
	config.writeUInt32LE(options.sectorSize ?? 0, loopConfig.blockSize);
	config.writeBigUInt64LE(BigInt(options.offset ?? 0), loopConfig.offset);
	config.writeBigUInt64LE(BigInt(options.sizeLimit ?? 0), loopConfig.sizeLimit);
	const bits =
		flags.autoClear |
		(options.readOnly ? flags.readOnly : 0) |
		(options.directIo ? flags.directIo : 0);
	config.writeUInt32LE(bits, loopConfig.flags);
	// Only shown by losetup; the last byte stays NUL.
	config.write(file, loopConfig.fileName, loopConfig.fileNameSize - 1);
	return config;
}
