import {EngineError, OperationFailed} from '../engine/errors.ts';
import type {ProgressReporter} from '../engine/progress.ts';
import type {System} from '../engine/system/system.ts';
import type {SystemContent} from './content.ts';
import {makeEspFileSystem} from './disk/file-system.ts';
import {renamePartition, writePartitionTable} from './disk/sfdisk.ts';
import {wipeDisk} from './disk/wipe.ts';
import {type InstallPlan, partitionOfRole} from './plan.ts';
import {chooseSink} from './sink/choose.ts';

/**
 * The last of the checks before the first write: what depends on how this disk will be written.
 * @throws Refused or Lacking
 */
export async function checkPlan(
	system: System,
	plan: InstallPlan,
	content: SystemContent,
): Promise<void> {
	const {sink, root} = targetOf(system, plan);
	await sink.check(content, root);
}

/**
 * Does what a plan says. The partition table names the root unfinished until everything that a boot
 * needs is on the disk; the loader entry comes last of all. Killed anywhere before that, the disk is
 * one that a second run takes without `--wipe`.
 * @throws OperationFailed `interrupted` when the signal aborted it after it had begun
 */
export async function runPlan(
	system: System,
	plan: InstallPlan,
	content: SystemContent,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<void> {
	signal.throwIfAborted();
	try {
		await writeDisk(system, plan, content, signal, report);
	} catch (error) {
		// An error of its own, such as a clean-up that failed, says more.
		if (!signal.aborted || error instanceof EngineError) throw error;
		throw new OperationFailed(
			'interrupted',
			`interrupted: ${plan.disks[0].path} is not a finished installation`,
			{hint: 'Run it again; a disk in this state needs no --wipe.', cause: error},
		);
	}
}

async function writeDisk(
	system: System,
	plan: InstallPlan,
	content: SystemContent,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<void> {
	const {size, layout, disk, esp, root, sink} = targetOf(system, plan);
	report({type: 'step', step: 'partition', title: `Partitioning ${disk.path}`});
	await wipeDisk(system, disk.path, size);
	await writePartitionTable(system, disk, layout);
	await makeEspFileSystem(system, disk, esp);
	report({type: 'done', step: 'partition'});
	signal.throwIfAborted();
	const verity = await sink.writeRoot(content, root, report, signal);
	if (plan.verity.kind === 'enforced' && verity === 'unavailable') {
		throw new OperationFailed('no-fs-verity', `fs-verity could not be put on ${disk.path}`, {
			hint: 'Install with --root-fs ext4, or report this.',
		});
	}
	signal.throwIfAborted();
	await sink.writeBoot(content, esp, report);
	signal.throwIfAborted();
	await renamePartition(system, disk, root.number, root.finishedName);
	system.flushDevice(disk.path);
	await sink.finish(content, esp);
	system.flushDevice(disk.path);
}

/** Where a plan writes, and how. */
function targetOf(system: System, plan: InstallPlan) {
	const [{path, size, layout}] = plan.disks;
	const disk = {path, sectorSize: layout.sectorSize};
	const esp = partitionOfRole(layout, 'esp');
	const root = partitionOfRole(layout, 'root');
	return {size, layout, disk, esp, root, sink: chooseSink(system, disk, root)};
}
