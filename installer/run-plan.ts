import {OperationFailed} from '../engine/errors.ts';
import type {ProgressReporter} from '../engine/progress.ts';
import type {System} from '../engine/system/system.ts';
import type {SystemContent} from './content.ts';
import {makeEspFileSystem} from './disk/file-system.ts';
import {renamePartition, writePartitionTable} from './disk/sfdisk.ts';
import {wipeDisk} from './disk/wipe.ts';
import {type InstallPlan, partitionOfRole} from './plan.ts';
import {chooseSink} from './sink/choose.ts';

/**
 * Does what a plan says. The partition table names the root unfinished until everything else is on
 * the disk; the boot entry comes after all that it leads to, and the root's name last. Killed anywhere,
 * the disk is one that a second run takes without `--wipe`.
 */
export async function runPlan(
	system: System,
	plan: InstallPlan,
	content: SystemContent,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<void> {
	const [{path, size, layout}] = plan.disks;
	const disk = {path, sectorSize: layout.sectorSize};
	const esp = partitionOfRole(layout, 'esp');
	const root = partitionOfRole(layout, 'root');
	const sink = chooseSink(system, disk, root);
	report({type: 'step', step: 'partition', title: `Partitioning ${path}`});
	await wipeDisk(system, path, size);
	await writePartitionTable(system, disk, layout);
	await makeEspFileSystem(system, disk, esp);
	report({type: 'done', step: 'partition'});
	signal.throwIfAborted();
	const verity = await sink.writeRoot(content, root, report);
	if (plan.verity.kind === 'enforced' && verity === 'unavailable') {
		throw new OperationFailed('no-fs-verity', `fs-verity could not be put on ${path}`, {
			hint: 'Install with --root-fs ext4, or report this.',
		});
	}
	signal.throwIfAborted();
	await sink.writeBoot(content, esp, report);
	signal.throwIfAborted();
	await sink.finish(content, esp);
	await renamePartition(system, disk, root.number, root.finishedName);
	system.flushDevice(path);
}
