import {realpathSync, statfsSync, statSync} from 'node:fs';
import path from 'node:path';
import {Refused} from '../../engine/errors.ts';
import type {MountPoint} from '../../engine/system/mount-points.ts';
import type {System} from '../../engine/system/system.ts';
import {type BlockDevice, type KernelPaths, kernelPaths} from '../disk/block-devices.ts';
import {openDeviceNode} from '../disk/device-node.ts';
import {readKernelState} from '../disk/kernel-state.ts';
import {mountedDevice} from '../disk/mounts.ts';
import {probeRegion} from '../disk/signatures.ts';
import {whyNoVerity} from './file-system-verity.ts';
import {readTargetNames, type TargetNames} from './target-names.ts';
import {type Volume, volumesBelow} from './volumes.ts';

/** A file system that others made and mounted, to be installed into. Sizes are in bytes. */
export interface RootTarget {
	/** As it was given. */
	readonly path: string;
	/** The same without symbolic links. */
	readonly realPath: string;
	readonly mount: MountPoint;
	readonly isReadOnly: boolean;
	/** Undefined for file systems that are on none. */
	readonly device: BlockDevice | undefined;
	readonly volumes: readonly Volume[];
	readonly uuid: string | undefined;
	readonly size: number;
	readonly freeBytes: number;
	/** Undefined where the file system makes as many as it needs. */
	readonly freeInodes: number | undefined;
	/** Why its files cannot have fs-verity; undefined when they can. */
	readonly withoutVerity: string | undefined;
	readonly names: TargetNames;
	/** Below it, from its own root: `/boot/efi`. */
	readonly mounts: readonly MountPoint[];
}

/**
 * Looks at what is mounted at a folder; nothing is changed.
 * @throws Refused `no-such-folder`, `not-mounted`
 */
export async function readRootTarget(
	system: System,
	folder: string,
	paths: KernelPaths = kernelPaths,
): Promise<RootTarget> {
	if (!statSync(folder, {throwIfNoEntry: false})?.isDirectory())
		throw new Refused('no-such-folder', `${folder} is no folder`, {
			hint: 'Give the folder that the file system is mounted on; in a container, hand it in with -v.',
		});
	const realPath = realpathSync(folder);
	const {mounts} = readKernelState(paths);
	const mount = mounts.findLast((one) => one.path === realPath);
	if (mount === undefined)
		throw new Refused('not-mounted', `${folder} is no mount point`, {
			hint: 'Mount the file system there; in a container, hand it in with -v.',
		});
	const device = mountedDevice(paths, mount);
	const {bsize, blocks, bavail, ffree, files} = statfsSync(realPath);
	const below = mounts.filter((one) => one.path.startsWith(`${realPath}/`));
	return {
		path: folder,
		realPath,
		mount,
		isReadOnly: mount.options.includes('ro'),
		device,
		volumes: device === undefined ? [] : volumesBelow(paths, device),
		...(await readFileSystem(system, mount.type, device, paths)),
		size: blocks * bsize,
		freeBytes: bavail * bsize,
		freeInodes: files === 0 ? undefined : ffree,
		names: readTargetNames(
			realPath,
			below.map((one) => one.path),
		),
		mounts: below.map((one) => ({...one, path: path.join('/', path.relative(realPath, one.path))})),
	};
}

async function readFileSystem(
	system: System,
	type: string,
	device: BlockDevice | undefined,
	paths: KernelPaths,
): Promise<Pick<RootTarget, 'uuid' | 'withoutVerity'>> {
	if (device === undefined) return {uuid: undefined, withoutVerity: `${type} is on no disk`};
	using node = openDeviceNode(system, paths, device);
	const {size} = system.deviceSize(node.path);
	const signature = await probeRegion(system, node.path, {start: 0, size});
	return {uuid: signature?.uuid, withoutVerity: whyNoVerity(type, node.path, paths.sys)};
}
