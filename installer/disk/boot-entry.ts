import type {BootPartition} from '../../engine/boot/boot-partition.ts';
import {entriesMarker} from '../../engine/boot/systemd-boot-files.ts';
import {unmountedPartition} from '../../engine/boot/unmounted-partition.ts';
import {OperationFailed} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import {furtherName, partitionNames, unfinishedName} from './partition-names.ts';
import type {Partition} from './partition-table.ts';
import {vendorFolders} from './vendor-folders.ts';

/**
 * Whether an installation's boot partition has a loader entry of slipway: the last thing that an
 * installation writes, and so the mark of a finished one. `shared` when there is none, and others start from
 * there; `missing` when all else is there; `unknown` when there is no such partition, or nothing on it that
 * slipway wrote, or it cannot be read.
 */
export type BootEntryState = 'present' | 'shared' | 'missing' | 'unknown';

/** Of these an installation has one, or an ESP and an XBOOTLDR; as long as it is unfinished, under other names. */
const bootNames: ReadonlySet<string> = new Set([
	partitionNames.esp,
	unfinishedName(partitionNames.esp),
	unfinishedName(furtherName('xbootldr')),
]);

/** What speaks loudest, first. */
const states = ['present', 'shared', 'missing'] as const satisfies readonly BootEntryState[];

/** Reads the partitions by their offsets. @throws Lacking `missing-program` without mtools */
export async function findBootEntry(
	system: Pick<System, 'run'>,
	file: string,
	partitions: readonly Pick<Partition, 'name' | 'start'>[],
): Promise<BootEntryState> {
	const found: BootEntryState[] = [];
	for (const {name, start} of partitions)
		if (bootNames.has(name))
			found.push(await readState(unmountedPartition(system, {file, offset: start})));
	return states.find((state) => found.includes(state)) ?? 'unknown';
}

async function readState(partition: BootPartition): Promise<BootEntryState> {
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
