import {EngineError} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import type {PlannedPartition} from '../disk/layout.ts';
import type {DiskTarget} from '../disk/sfdisk.ts';
import {mountedSink} from './mounted.ts';
import type {Sink} from './sink.ts';
import {unmountedSink} from './unmounted.ts';

/** Slipway's own settings of mke2fs in the image: those of a distribution differ between releases. */
const mke2fsConfig = '/usr/lib/slipway/mke2fs.conf';

/**
 * The sink for a disk: the mounted one where this process may mount. It is the faster one, has the
 * kernel check names and space, and takes every file system.
 */
export function chooseSink(system: System, disk: DiskTarget, root: PlannedPartition): Sink {
	const target = {...disk, mke2fsConfig};
	return root.fileSystem.type !== 'ext4' || mayMount(system, disk)
		? mountedSink(system, target)
		: unmountedSink(system, target);
}

/** In a user namespace the capability is there, and means nothing to loop devices: a trial tells. */
function mayMount(system: System, {path}: DiskTarget): boolean {
	if (!system.capabilities().has('SYS_ADMIN')) return false;
	try {
		system.detachLoop(system.attachLoop(path, {readOnly: true}));
		return true;
	} catch (error) {
		if (error instanceof EngineError) return false;
		throw error;
	}
}
