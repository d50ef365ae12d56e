import {Lacking} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import type {RootFileSystem} from '../disk/layout-settings.ts';
import type {DiskTarget} from '../disk/sfdisk.ts';
import {bootWriter} from './boot-writer.ts';
import {ext4Sink} from './ext4.ts';
import {kernelHasVerity, tryMounting} from './mount-trial.ts';
import {mountedSink} from './mounted.ts';
import {otherPartitions} from './other-partitions.ts';
import type {BesidesRoot, Sink} from './sink.ts';

/** Slipway's own settings of mke2fs in the image: those of a distribution differ between releases. */
const mke2fsConfig = '/usr/lib/slipway/mke2fs.conf';

export interface SinkChoice {
	readonly sink: Sink;
	/** Whether it has the kernel enable fs-verity. ext4 gets it in any case. */
	readonly canEnableVerity: boolean;
}

/**
 * The sink for a disk: ext4 is written without the kernel, which is faster and needs no privilege; all
 * else is mounted.
 * @param root where that is, when it is a device of its own
 * @throws Lacking `needs-mounting` or `no-file-system`
 */
export function chooseSink(
	system: System,
	disk: DiskTarget,
	type: RootFileSystem,
	root?: DiskTarget,
): SinkChoice {
	const target = {...disk, mke2fsConfig, root};
	if (type === 'ext4') return {sink: ext4Sink(system, target), canEnableVerity: false};
	checkMountable(system, type);
	return {sink: mountedSink(system, target), canEnableVerity: kernelHasVerity(type)};
}

/** For the other disks of a mirror, whose root is written with that of the first. */
export function besidesRoot(system: System, disk: DiskTarget): BesidesRoot {
	return {...bootWriter(system, disk), ...otherPartitions(system, {...disk, mke2fsConfig})};
}

/** @throws Lacking `needs-mounting` or `no-file-system` for what cannot be made or filled here */
export function checkMountable(system: System, type: RootFileSystem): void {
	if (type === 'ext4') return;
	const trial = tryMounting(system, type);
	if (trial === 'no-file-system')
		throw new Lacking('no-file-system', `the kernel that runs here has no ${type}`, {
			hint: `Load its module (modprobe ${type}) on the host, or install with --root-fs ext4.`,
		});
	if (trial === 'not-allowed')
		throw new Lacking('needs-mounting', `${type} can only be filled when it is mounted`, {
			hint: 'Run as root, in a container with --privileged, or install with --root-fs ext4.',
		});
}
