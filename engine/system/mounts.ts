import {closeSync} from 'node:fs';
import {checked, cString, libc} from './libc.ts';
import type {MountClone, MountFlag} from './system.ts';

/** linux/mount.h, MS_* */
const mountFlags: Readonly<Record<MountFlag, number>> = {
	ro: 1,
	nosuid: 2,
	nodev: 4,
	noexec: 8,
	remount: 0x20,
	bind: 0x1000,
	rec: 0x4000,
	private: 1 << 18,
	slave: 1 << 19,
};
const detachFlag = 2; // MNT_DETACH
const newMountNamespace = 0x20000; // CLONE_NEWNS
/** The same number on every architecture. glibc has a function for it since 2.36 only. */
const openTreeCall = 428;
const cloneTree = 1; // OPEN_TREE_CLONE
const closeOnExec = 0o2000000; // OPEN_TREE_CLOEXEC
const currentDirectory = -100; // AT_FDCWD

export function mount(
	source: string,
	target: string,
	type: string,
	flags: readonly MountFlag[],
	data?: string,
): void {
	const bits = flags.reduce((sum, flag) => sum | mountFlags[flag], 0);
	const result = libc().mount(
		cString(source),
		cString(target),
		type === '' ? null : cString(type),
		bits,
		data === undefined ? null : cString(data),
	);
	checked(result, `mount ${source} on`, target);
}

export function unmount(target: string, detach = false): void {
	checked(libc().umount2(cString(target), detach ? detachFlag : 0), 'unmount', target);
}

export function unshareMounts(): void {
	checked(libc().unshare(newMountNamespace), 'unshare', 'the mount namespace');
	// A new namespace inherits propagation: without this our mounts would show up outside.
	mount('none', '/', '', ['rec', 'private']);
}

export function cloneMount(path: string): MountClone {
	const result = libc().syscall(
		openTreeCall,
		currentDirectory,
		cString(path),
		cloneTree | closeOnExec,
	);
	const fd = checked(result, 'open_tree', path);
	// Not /proc/self: a program that is run has a `self` of its own.
	return {path: `/proc/${process.pid}/fd/${fd}/.`, close: () => closeSync(fd)};
}
