import {type BootPartition, runBootOperations} from './boot-partition.ts';
import {checkBootSpace, spaceOf} from './boot-space.ts';
import {
	decideLoaderUpdate,
	type LoaderDecision,
	type OfferedLoader,
	planLoaderSweep,
	planLoaderUpdate,
} from './loader-update.ts';
import {readEspLoaders} from './read-loaders.ts';
import type {EfiArchitecture} from './systemd-boot-files.ts';

/** An ESP that is mounted. */
export interface MountedEsp {
	readonly mountPoint: string;
	readonly partition: BootPartition;
	readonly architecture: EfiArchitecture;
}

/**
 * Makes the copies of systemd-boot on an ESP as new as one; with `dryRun` it only decides. Nobody else
 * may do it at the same time. Killed anywhere, there is a whole copy, and the next run does the rest.
 * @throws Refused `boot-partition-full` before any copy is touched
 */
export async function updateLoaders(
	{mountPoint, partition, architecture}: MountedEsp,
	offered: OfferedLoader,
	{dryRun = false}: {dryRun?: boolean} = {},
): Promise<LoaderDecision[]> {
	const {places, unfinished} = await readEspLoaders(partition, mountPoint, architecture);
	const decisions = decideLoaderUpdate(places, offered);
	if (dryRun) return decisions;
	// The new copies may need the room.
	await runBootOperations(partition, planLoaderSweep(unfinished));
	const copies = decisions.filter(({replace}) => replace);
	const needed = spaceOf(copies.map(() => ({size: offered.bytes.length})));
	checkBootSpace(needed, await partition.freeBytes(), 'new copies of systemd-boot');
	await runBootOperations(partition, planLoaderUpdate(decisions, offered));
	return decisions;
}
