import {chmodSync} from 'node:fs';
import {checked, cString, libc} from './libc.ts';
import {withOpenFile} from './open-file.ts';

const currentFolder = -100; // AT_FDCWD
const noFollow = 0x100; // AT_SYMLINK_NOFOLLOW
const leaveAsItIs = 0x3ffffffen; // UTIME_OMIT

export function setMtime(path: string | Buffer, sec: number, nsec: number): void {
	// Two struct timespec: access time, modification time.
	const times = Buffer.alloc(32);
	times.writeBigInt64LE(leaveAsItIs, 8);
	times.writeBigInt64LE(BigInt(sec), 16);
	times.writeBigInt64LE(BigInt(nsec), 24);
	checked(libc().utimensat(currentFolder, cString(path), times, noFollow), 'set the time of', path);
}

export function makeNode(path: string | Buffer, mode: number, rdev: number): void {
	checked(libc().mknod(cString(path), mode, rdev), 'mknod', path);
	// mknod(2) takes the umask off.
	chmodSync(path, mode & 0o7777);
}

export function syncFileSystem(path: string): void {
	withOpenFile(path, 'r', (fd) => checked(libc().syncfs(fd), 'syncfs', path));
}
