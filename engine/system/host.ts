import {
	deviceSize,
	flushDevice,
	holdDevice,
	probeExclusive,
	rereadPartitions,
} from './block-device.ts';
import {capabilities} from './capabilities.ts';
import {runCommand} from './commands.ts';
import {dataExtents} from './data-extents.ts';
import {startDetached} from './detached.ts';
import {loadExt4} from './ext4.ts';
import {enableVerity, enableVerityOnAll, measureVerity} from './fs-verity.ts';
import {makeNode, setMtime, syncFileSystem} from './inodes.ts';
import {lock} from './lock.ts';
import {attachLoop, detachLoop} from './loop.ts';
import {cloneMount, mount, unmount, unshareMounts} from './mounts.ts';
import type {System} from './system.ts';
import {runOnTerminal} from './terminal.ts';
import {getXattr, listXattrs, setXattr} from './xattr.ts';

/**
 * The machine that the process runs on. execa and koffi are loaded by the first call that needs them.
 * Calls that the kernel refuses throw KernelCallFailed.
 */
export function hostSystem(): System {
	return {
		run: runCommand,
		startDetached,
		runOnTerminal,
		mount,
		unmount,
		unshareMounts,
		cloneMount,
		attachLoop,
		detachLoop,
		deviceSize,
		probeExclusive,
		holdDevice,
		rereadPartitions,
		flushDevice,
		dataExtents,
		enableVerity,
		enableVerityOnAll,
		measureVerity,
		listXattrs,
		getXattr,
		setXattr,
		setMtime,
		makeNode,
		loadExt4,
		syncFileSystem,
		lock,
		capabilities,
		now: () => new Date(),
		writeTimesAs,
	};
}

function writeTimesAs(time: Date): void {
	process.env.SOURCE_DATE_EPOCH = String(Math.floor(time.getTime() / 1000));
}
