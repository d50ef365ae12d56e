import {entriesMarker} from '../../engine/boot/systemd-boot-files.ts';
import {unmountedPartition} from '../../engine/boot/unmounted-partition.ts';
import {OperationFailed} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import {partitionNames} from './partition-names.ts';
import type {Partition} from './partition-table.ts';
import {vendorFolders} from './vendor-folders.ts';

/**
 * Whether an installation's boot partition has a loader entry of slipway: the last thing that an
 * installation writes, and so the mark of a finished one. `shared` when there is none, and others start from
 * there; `missing` when all else is there; `unknown` when there is no such partition, or nothing on it that
 * slipway wrote, or it cannot be read.
 */
export type BootEntryState = 'present' | 'shared' | 'missing' | 'unknown';

/** Reads the partition by its offset. @throws Lacking `missing-program` without mtools */
export async function findBootEntry(
	system: Pick<System, 'run'>,
	file: string,
	partitions: readonly Pick<Partition, 'name' | 'start'>[],
): Promise<BootEntryState> {
	const esp = partitions.find(({name}) => name === partitionNames.esp);
	if (esp === undefined) return 'unknown';
	const partition = unmountedPartition(system, {file, offset: esp.start});
	try {
		const entries = await partition.list('loader/entries');
		if (entries.some(({name}) => /^slipway-.*\.conf$/i.test(name))) return 'present';
		if ((await vendorFolders(partition)).length > 0) return 'shared';
		const loader = await partition.list('loader');
		return loader.some(({name}) => `loader/${name}` === entriesMarker.path) ? 'missing' : 'unknown';
	} catch (error) {
		if (error instanceof OperationFailed) return 'unknown';
		throw error;
	}
}
