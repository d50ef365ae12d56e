import {Lacking} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import type {RootFileSystem} from '../disk/layout-settings.ts';
import type {DiskTarget} from '../disk/sfdisk.ts';
import {ext4Sink} from './ext4.ts';
import {kernelHasVerity, tryMounting} from './mount-trial.ts';
import {mountedSink} from './mounted.ts';
import type {Sink} from './sink.ts';

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
 * @throws Lacking `needs-mounting` or `no-file-system`
 */
export function chooseSink(system: System, disk: DiskTarget, type: RootFileSystem): SinkChoice {
	const target = {...disk, mke2fsConfig};
	if (type === 'ext4') return {sink: ext4Sink(system, target), canEnableVerity: false};
	checkMountable(system, type);
	return {sink: mountedSink(system, target), canEnableVerity: kernelHasVerity(type)};
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
