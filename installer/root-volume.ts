import type {ProgressReporter} from '../engine/progress.ts';
import type {Secret} from './answers/secret.ts';
import type {PlannedPartition} from './disk/layout.ts';
import type {DiskTarget} from './disk/sfdisk.ts';

/** A device between the root's partition and its file system. */
export interface RootVolume {
	/** The device, which is there while it is open. */
	readonly target: DiskTarget;
	/** The root as its file system has it: from the beginning of the device on. */
	placeOf(root: PlannedPartition): PlannedPartition;
	/** Makes it on the partition, which loses what it held. */
	open(root: PlannedPartition, report: ProgressReporter): Promise<OpenRootVolume>;
}

/** What is written to it is on the disk when it has been disposed of. */
export interface OpenRootVolume extends AsyncDisposable {
	/** To be shown or written, once, when the rest is done. */
	readonly recoveryKey: Secret | undefined;
}
