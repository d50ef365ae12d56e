import type {System} from '../../engine/system/system.ts';
import type {PlannedPartition} from '../disk/layout.ts';
import type {DiskTarget} from '../disk/sfdisk.ts';
import {mountedSink} from './mounted.ts';
import type {Sink} from './sink.ts';
import {unmountedSink} from './unmounted.ts';

/** Slipway's own settings of mke2fs in the image: those of a distribution differ between releases. */
const mke2fsConfig = '/usr/lib/slipway/mke2fs.conf';

/** The sink for a disk: the mounted one where this process may mount. */
export function chooseSink(system: System, disk: DiskTarget, root: PlannedPartition): Sink {
	const target = {...disk, mke2fsConfig};
	const mayMount = system.capabilities().has('SYS_ADMIN');
	return mayMount || root.fileSystem.type !== 'ext4'
		? mountedSink(system, target)
		: unmountedSink(system, target);
}
