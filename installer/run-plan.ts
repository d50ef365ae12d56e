import {Lacking, OperationFailed, Refused} from '../engine/errors.ts';
import type {ProgressReporter} from '../engine/progress.ts';
import {KernelCallFailed} from '../engine/system/libc.ts';
import type {System} from '../engine/system/system.ts';
import type {SystemContent} from './content.ts';
import {makeEspFileSystem} from './disk/file-system.ts';
import {DiskHold} from './disk/hold.ts';
import {checkSameDisk} from './disk/inventory.ts';
import {renamePartition, writePartitionTable} from './disk/sfdisk.ts';
import {wipeDisk} from './disk/wipe.ts';
import {orInterrupted} from './interruption.ts';
import {type InstallPlan, partitionOfRole} from './plan.ts';
import type {Sink} from './sink/sink.ts';

/** What a run is made of: all decided and checked. */
export interface PlanRun {
	readonly plan: InstallPlan;
	readonly content: SystemContent;
	/** Has checked the content. */
	readonly sink: Sink;
}

/**
 * Does what a plan says. The partition table names the root unfinished until everything that a boot
 * needs is on the disk; the loader entry comes last of all. Killed anywhere before that, the disk is
 * one that a second run takes without `--wipe`.
 * @throws Refused `in-use` or `other-disk`, or what the signal was aborted with, before the first write
 * @throws OperationFailed `interrupted` when the signal aborted it after that; never Refused or Lacking
 */
export async function runPlan(
	system: System,
	run: PlanRun,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<void> {
	signal.throwIfAborted();
	const [disk] = run.plan.disks;
	{
		using hold = new DiskHold(disk.realPath);
		await checkSameDisk(system, disk);
		signal.throwIfAborted();
		try {
			await writeDisk(system, run, hold, signal, report);
		} catch (error) {
			throw afterFirstWrite(error, disk.path, signal);
		}
	}
	if (disk.kind === 'block-device') showPartitions(system, disk.realPath);
}

async function writeDisk(
	system: System,
	{plan, content, sink}: PlanRun,
	hold: DiskHold,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<void> {
	const [{path, realPath, size, layout}] = plan.disks;
	const disk = {path: realPath, sectorSize: layout.sectorSize};
	const esp = partitionOfRole(layout, 'esp');
	const root = partitionOfRole(layout, 'root');
	report({type: 'step', step: 'partition', title: `Partitioning ${path}`});
	await wipeDisk(system, disk.path, size, hold);
	await writePartitionTable(system, disk, layout);
	await hold.lend(async () => {
		await makeEspFileSystem(system, disk, esp);
		await sink.makeRoot(root);
	});
	report({type: 'done', step: 'partition'});
	signal.throwIfAborted();
	const verity = await sink.writeRoot(content, root, report, signal);
	if (plan.verity.kind === 'enforced' && verity === 'unavailable') {
		throw new OperationFailed('no-fs-verity', `fs-verity could not be put on ${path}`, {
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

/** Refused and Lacking promise that nothing was changed. */
function afterFirstWrite(error: unknown, path: string, signal: AbortSignal): unknown {
	if (!(error instanceof Refused || error instanceof Lacking))
		return orInterrupted(
			error,
			signal,
			`${path} is not a finished installation`,
			'Run it again; a disk in this state needs no --wipe.',
		);
	const {code, message, hint} = error;
	return new OperationFailed(code, message, {...(hint !== undefined && {hint}), cause: error});
}

/** The kernel has the partitions of before until it is told; the machine itself will boot without. */
function showPartitions(system: System, device: string): void {
	try {
		system.rereadPartitions(device);
	} catch (error) {
		if (!(error instanceof KernelCallFailed)) throw error;
	}
}
