/** What has to hold for a machine's disk after a power cut, seen without booting it. */
import {partitionNames} from '../../installer/disk/partition-names.ts';
import {checkBootPartition, readBootLoader} from './boot-partition-check.ts';
import {findPartition, type PartitionBytes} from './installed-disk.ts';
import {recoverRoot} from './recovered-root.ts';
import {deploymentProblems, noteProblems} from './root-check.ts';

export interface MachineDisk {
	readonly esp: PartitionBytes;
	readonly root: PartitionBytes;
	/** Files of the boot loader, which an update does not touch: SHA-256 by path. */
	readonly bootLoader: ReadonlyMap<string, string>;
}

export interface CrashReport {
	/** ID of the deployment that boots next. */
	readonly next: string | undefined;
	readonly problems: readonly string[];
	/** What fsck.vfat would mend. */
	readonly findings: readonly string[];
}

export async function describeDisk(disk: string): Promise<MachineDisk> {
	const esp = findPartition(disk, partitionNames.esp);
	const root = findPartition(disk, partitionNames.root);
	return {esp, root, bootLoader: await readBootLoader(disk, esp)};
}

/**
 * Needs root and a mount namespace of its own. The disk is as it was when this returns.
 * @param notes how many notes have been synced
 */
export async function checkDisk(
	disk: string,
	{esp, root, bootLoader}: MachineDisk,
	notes: number,
): Promise<CrashReport> {
	const {entries, problems, findings} = await checkBootPartition(disk, esp, bootLoader);
	using recovered = recoverRoot(disk, root);
	const rootProblems =
		recovered.root === undefined
			? []
			: [
					...(await deploymentProblems(recovered.root, entries)),
					...noteProblems(recovered.root, notes),
				];
	return {
		next: entries[0]?.deploymentId,
		problems: [...problems, ...recovered.problems, ...rootProblems],
		findings,
	};
}
