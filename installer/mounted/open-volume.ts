import {mkdtempSync, rmdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import type {BootPartition} from '../../engine/boot/boot-partition.ts';
import {mountedPartition} from '../../engine/boot/mounted-partition.ts';
import {unmountedPartition} from '../../engine/boot/unmounted-partition.ts';
import {Refused} from '../../engine/errors.ts';
import {KernelCallFailed} from '../../engine/system/libc.ts';
import type {System} from '../../engine/system/system.ts';
import {type KernelPaths, kernelPaths} from '../disk/block-devices.ts';
import {openDeviceNode} from '../disk/device-node.ts';
import {scratchFolder} from '../scratch.ts';
import {type BootVolume, nameOfVolume} from './boot-target.ts';

export interface OpenVolume extends Disposable {
	/** Where boot loaders of the partition can be read. */
	readonly folder: string;
	readonly partition: BootPartition;
}

/**
 * Mounts a boot partition at a place of its own, whether it is mounted elsewhere or not: an automount of
 * the host, for one, does not reach into a container. Where the kernel knows no FAT nobody has it mounted,
 * and it is reached with mtools.
 * @throws Refused `boot-partition-busy`
 */
export async function openVolume(
	system: System,
	volume: BootVolume,
	paths: KernelPaths = kernelPaths,
): Promise<OpenVolume> {
	using cleanup = new DisposableStack();
	const node = cleanup.use(openDeviceNode(system, paths, volume.device));
	const folder = mkdtempSync(path.join(scratchFolder(), 'slipway-boot-'));
	let partition: BootPartition;
	if (mountVolume(system, node.path, folder, volume)) {
		cleanup.defer(() => rmdirSync(folder));
		cleanup.defer(() => system.unmount(folder));
		// Scripts may have left the process in a mount namespace that older threads do not see.
		partition = mountedPartition(system, path.join('/proc/self/root', folder));
	} else {
		cleanup.defer(() => rmSync(folder, {recursive: true}));
		partition = unmountedPartition(system, {file: node.path, offset: 0});
		await copyLoaders(system, partition, node.path, folder);
	}
	const open = cleanup.move();
	return {folder, partition, [Symbol.dispose]: () => open.dispose()};
}

/** False where the kernel has no FAT. */
function mountVolume(system: System, node: string, folder: string, volume: BootVolume): boolean {
	try {
		system.mount(node, folder, 'vfat', ['nosuid', 'nodev', 'noexec']);
		return true;
	} catch (error) {
		if (error instanceof KernelCallFailed && error.errno === 'ENODEV') return false;
		rmdirSync(folder);
		if (!(error instanceof KernelCallFailed && error.errno === 'EBUSY')) throw error;
		throw new Refused(
			'boot-partition-busy',
			`${nameOfVolume(volume)} cannot be mounted to write to it`,
			{hint: 'Mount it writable where it is mounted: mount -o remount,rw.', cause: error},
		);
	}
}

async function copyLoaders(
	system: System,
	partition: BootPartition,
	node: string,
	folder: string,
): Promise<void> {
	const folders = await partition.list('EFI');
	if (folders.some(({type}) => type === 'directory'))
		await system.run('mcopy', ['-s', '-Q', '-i', node, '::/EFI', folder], {
			env: {MTOOLS_SKIP_CHECK: '1'},
		});
}
