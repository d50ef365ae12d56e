import {mkdtempSync, rmdirSync} from 'node:fs';
import path from 'node:path';
import type {BootPartition} from '../../engine/boot/boot-partition.ts';
import {mountedPartition} from '../../engine/boot/mounted-partition.ts';
import {unmountedPartition} from '../../engine/boot/unmounted-partition.ts';
import {KernelCallFailed} from '../../engine/system/libc.ts';
import type {System} from '../../engine/system/system.ts';
import type {DiskTarget} from '../disk/sfdisk.ts';
import {scratchFolder} from '../scratch.ts';
import type {BootTarget} from './boot-places.ts';

export interface OpenBoot extends Disposable {
	readonly files: BootPartition;
	/** Whether each file that is written appears whole or not at all. */
	readonly isCrashSafe: boolean;
}

/**
 * Opens a boot partition by its place on the disk. One that others have files on is mounted where that can
 * be, seen by this process alone: the kernel finishes what a process that is killed has begun, and mtools
 * do not.
 */
export function openBoot(system: System, disk: DiskTarget, target: BootTarget): OpenBoot {
	const mounted = target.isShared ? mount(system, disk, target) : undefined;
	if (mounted !== undefined) return mounted;
	const files = unmountedPartition(system, {file: disk.path, offset: target.start});
	return {files, isCrashSafe: false, [Symbol.dispose]: () => {}};
}

function mount(system: System, disk: DiskTarget, {start, size}: BootTarget): OpenBoot | undefined {
	if (!system.capabilities().has('SYS_ADMIN')) return undefined;
	using cleanup = new DisposableStack();
	try {
		const {sectorSize} = disk;
		const device = system.attachLoop(disk.path, {offset: start, sizeLimit: size, sectorSize});
		cleanup.defer(() => system.detachLoop(device));
		system.unshareMounts();
		const mountPoint = mkdtempSync(path.join(scratchFolder(), 'slipway-boot-'));
		cleanup.defer(() => rmdirSync(mountPoint));
		system.mount(device, mountPoint, 'vfat', ['nosuid', 'nodev', 'noexec']);
		cleanup.defer(() => {
			system.unmount(mountPoint);
			system.flushDevice(device);
		});
		const all = cleanup.move();
		return {
			// Threads that were there before see it only through the one that has mounted it.
			files: mountedPartition(system, path.join('/proc/self/root', mountPoint)),
			isCrashSafe: true,
			[Symbol.dispose]: () => all.dispose(),
		};
	} catch (error) {
		// No loop devices for this process, or no FAT in this kernel.
		if (error instanceof KernelCallFailed) return undefined;
		throw error;
	}
}
