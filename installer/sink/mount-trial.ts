import {existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {KernelCallFailed} from '../../engine/system/libc.ts';
import type {System} from '../../engine/system/system.ts';
import type {RootFileSystem} from '../disk/layout-settings.ts';
import {scratchFolder} from '../scratch.ts';

export type MountTrial =
	| 'works'
	/** This process may not mount, or there are no loop devices for it. */
	| 'not-allowed'
	/** The kernel has no such file system, also not as a module. */
	| 'no-file-system';

const trialSize = 1 << 20;

/**
 * Tries to mount an empty file. The kernel then says that it is no such file system, loading its module
 * if there is one, or that it knows none of that name. In a user namespace the capability is there and
 * means nothing to loop devices: only a trial tells that too.
 */
export function tryMounting(system: System, type: RootFileSystem): MountTrial {
	if (!system.capabilities().has('SYS_ADMIN')) return 'not-allowed';
	using cleanup = new DisposableStack();
	const folder = mkdtempSync(path.join(scratchFolder(), 'slipway-trial-'));
	cleanup.defer(() => rmSync(folder, {recursive: true}));
	const file = path.join(folder, 'empty');
	writeFileSync(file, '');
	truncateSync(file, trialSize);
	let device = '';
	const attached = errnoOf(() => {
		device = system.attachLoop(file, {readOnly: true});
	});
	if (attached !== undefined) return 'not-allowed';
	cleanup.defer(() => system.detachLoop(device));
	const mounted = errnoOf(() => system.mount(device, folder, type, ['ro']));
	if (mounted === undefined) system.unmount(folder);
	if (mounted === 'ENODEV') return 'no-file-system';
	return mounted === undefined || mounted === 'EINVAL' ? 'works' : 'not-allowed';
}

/** Undefined when the call succeeds. */
function errnoOf(call: () => void): string | undefined {
	try {
		call();
		return undefined;
	} catch (error) {
		if (error instanceof KernelCallFailed) return error.errno;
		throw error;
	}
}

/**
 * Whether the kernel can enable fs-verity on a file system of a type that it has: for btrfs it says so
 * once its module is loaded, as {@link tryMounting} sees to; for ext4 that is never needed.
 */
export function kernelHasVerity(type: RootFileSystem, sys = '/sys'): boolean {
	return type === 'btrfs' && existsSync(path.join(sys, 'fs/btrfs/features/verity'));
}
