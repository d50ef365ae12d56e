import {getSystemErrorName} from 'node:util';
import type * as Koffi from 'koffi';
import {OperationFailed} from '../errors.ts';
import {loadKoffi} from './koffi.ts';

/**
 * The C library's functions that Node does not offer. Buffers are passed by address, so a path or name
 * has to end in a NUL byte: see {@link cString}. Each gives -1 and sets errno when it fails.
 */
export interface LibC {
	errno(): number;
	mount(
		source: Buffer,
		target: Buffer,
		type: Buffer | null,
		flags: number,
		data: Buffer | null,
	): number;
	umount2(target: Buffer, flags: number): number;
	unshare(flags: number): number;
	/** syscall(2), for calls that older C libraries have no function for. */
	syscall(number: number, fd: number, path: Buffer, flags: number): number;
	/** ioctl(2) with the address of a structure, which the kernel may write to. */
	ioctl(fd: number, request: number, argument: Buffer | null): number;
	/** ioctl(2) on a thread of libuv's pool; does not tell errno. */
	ioctlOnThread(fd: number, request: number, argument: Buffer): Promise<number>;
	llistxattr(path: Buffer, list: Buffer | null, size: number): number;
	lgetxattr(path: Buffer, name: Buffer, value: Buffer | null, size: number): number;
	lsetxattr(path: Buffer, name: Buffer, value: Uint8Array, size: number, flags: number): number;
	utimensat(directoryFd: number, path: Buffer, times: Buffer, flags: number): number;
	mknod(path: Buffer, mode: number, device: number): number;
	syncfs(fd: number): number;
	lseek(fd: number, offset: number, whence: number): number;
	flock(fd: number, operation: number): number;
}

let loaded: LibC | undefined;

/** The C library, loaded at the first call: a command that asks the kernel nothing pays nothing. */
export function libc(): LibC {
	loaded ??= bindFunctions(loadKoffi());
	return loaded;
}

function bindFunctions(koffi: typeof Koffi): LibC {
	const library = koffi.load('libc.so.6');
	const bind = (name: string, result: string, parameters: string[]) =>
		library.func(name, result, parameters);
	const ioctl = bind('ioctl', 'int', ['int', 'unsigned long', 'void *']);
	return {
		errno: () => koffi.errno(),
		mount: bind('mount', 'int', ['void *', 'void *', 'void *', 'unsigned long', 'void *']),
		umount2: bind('umount2', 'int', ['void *', 'int']),
		unshare: bind('unshare', 'int', ['int']),
		syscall: bind('syscall', 'long', ['long', 'int', 'void *', 'unsigned int']),
		ioctl,
		ioctlOnThread: (...args) =>
			new Promise((resolve, reject) => {
				ioctl.async(...args, (error: Error | null, result: number) => {
					if (error) reject(error);
					else resolve(result);
				});
			}),
		llistxattr: bind('llistxattr', 'long', ['void *', 'void *', 'size_t']),
		lgetxattr: bind('lgetxattr', 'long', ['void *', 'void *', 'void *', 'size_t']),
		lsetxattr: bind('lsetxattr', 'int', ['void *', 'void *', 'void *', 'size_t', 'int']),
		utimensat: bind('utimensat', 'int', ['int', 'void *', 'void *', 'int']),
		mknod: bind('mknod', 'int', ['void *', 'unsigned int', 'uint64_t']),
		syncfs: bind('syncfs', 'int', ['int']),
		lseek: bind('lseek', 'int64_t', ['int', 'int64_t', 'int']),
		flock: bind('flock', 'int', ['int', 'int']),
	};
}

/** A path or name as C takes it. Text is UTF-8; bytes are passed as they are. */
export function cString(text: string | Buffer): Buffer {
	const bytes = typeof text === 'string' ? Buffer.from(text) : text;
	if (bytes.includes(0)) {
		throw new OperationFailed('kernel-call', `${JSON.stringify(String(text))} holds a NUL byte`);
	}
	const terminated = Buffer.alloc(bytes.length + 1);
	terminated.set(bytes);
	return terminated;
}

/** A kernel call that gave an error. `errno` is its name, `EBUSY`. */
export class KernelCallFailed extends OperationFailed {
	readonly errno: string;

	constructor(call: string, subject: string | Buffer, errno: string) {
		super('kernel-call', `${call} ${subject}: ${errno}`, hintOf(errno));
		this.errno = errno;
	}
}

function hintOf(errno: string): {hint?: string} {
	switch (errno) {
		case 'EPERM':
		case 'EACCES':
			return {hint: 'Run as root; in a container, with --privileged.'};
		case 'ENOSPC':
			return {hint: 'Make room on the file system.'};
		case 'ENOENT':
		case 'ENXIO':
			return {hint: 'Check that it is there.'};
		default:
			return {};
	}
}

/** Name of the error of the call that just failed. */
export function lastErrno(): string {
	const errno = libc().errno();
	return getSystemErrorName(-errno) ?? `errno ${errno}`;
}

/**
 * Passes on the result of a kernel call on `subject`.
 * @throws KernelCallFailed when it is negative
 */
export function checked(result: number, call: string, subject: string | Buffer): number {
	if (result < 0) throw new KernelCallFailed(call, subject, lastErrno());
	return result;
}
