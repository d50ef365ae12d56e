import {Lacking, OperationFailed, Refused} from '../engine/errors.ts';
import type {ProgressReporter} from '../engine/progress.ts';
import {KernelCallFailed} from '../engine/system/libc.ts';
import type {System} from '../engine/system/system.ts';
import type {SystemContent, UnhashedContent} from './content.ts';
import {isRenamed, isShared} from './disk/beside/table-steps.ts';
import {DiskHold} from './disk/hold.ts';
import {checkSameDisk} from './disk/inventory.ts';
import type {DiskLayout, PlannedPartition} from './disk/layout.ts';
import {
	changePartitionTable,
	checkSameTable,
	type DiskTarget,
	renamePartition,
	writePartitionTable,
} from './disk/sfdisk.ts';
import {wipeDisk} from './disk/wipe.ts';
import {orInterrupted} from './interruption.ts';
import {type DiskPlan, type InstallPlan, partitionOfRole} from './plan.ts';
import {bootPlaces} from './sink/boot-places.ts';
import {removeDeadEntries} from './sink/dead-entries.ts';
import type {NewContent, RootVerity, Sink} from './sink/sink.ts';

/** A plan with all that goes on its disk. */
export interface PlannedContent {
	readonly plan: InstallPlan;
	readonly content: SystemContent;
}

/** What a run is made of: all decided and checked. */
export interface PlanRun extends PlannedContent {
	/** Has checked the content. */
	readonly sink: Sink;
	/**
	 * Plan and content are provisional when there is this: digests, and what follows from them, will be
	 * others. The disk's layout, and whether fs-verity is enforced, will not.
	 */
	readonly unhashed: UnhashedContent<PlannedContent> | undefined;
}

/**
 * Does what a plan says. The partition table names the root unfinished until everything that a boot
 * needs is on the disk; the loader entry comes last of all. Killed anywhere before that, the disk is
 * one that a second run takes without `--wipe`.
 * @returns the plan, with the digests that its files had
 * @throws Refused `in-use` or `other-disk`, or what the signal was aborted with, before the first write
 * @throws OperationFailed `interrupted` when the signal aborted it after that; never Refused or Lacking
 */
export async function runPlan(
	system: System,
	run: PlanRun,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<InstallPlan> {
	signal.throwIfAborted();
	const [disk] = run.plan.disks;
	let {plan} = run;
	{
		using hold = new DiskHold(disk.realPath);
		await checkSameDisk(system, disk);
		if (isShared(disk.layout)) await checkSameTable(system, targetOf(disk), disk.layout);
		signal.throwIfAborted();
		try {
			plan = await writeDisk(system, run, hold, signal, report);
		} catch (error) {
			throw afterFirstWrite(error, disk.path, signal);
		}
	}
	if (disk.kind === 'block-device') showPartitions(system, disk.realPath);
	return plan;
}

async function writeDisk(
	system: System,
	run: PlanRun,
	hold: DiskHold,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<InstallPlan> {
	const {sink} = run;
	const [planned] = run.plan.disks;
	const {path, layout} = planned;
	const disk = targetOf(planned);
	const root = partitionOfRole(layout, 'root');
	const places = bootPlaces(layout);
	report({type: 'step', step: 'partition', title: `Partitioning ${path}`});
	await makePartitions(system, planned, hold);
	await hold.lend(async () => {
		for (const partition of newContents(layout)) await sink.makeOther(partition);
		await sink.makeRoot(root);
	});
	report({type: 'done', step: 'partition'});
	signal.throwIfAborted();
	const {verity, described} = await writeRoot(run, root, signal, report);
	const {plan, content} = described;
	if (plan.verity.kind === 'enforced' && verity === 'unavailable') {
		throw new OperationFailed('no-fs-verity', `fs-verity could not be put on ${path}`, {
			hint: 'Install with --root-fs ext4, or report this.',
		});
	}
	signal.throwIfAborted();
	await sink.writeBoot(content, places, report);
	signal.throwIfAborted();
	const renamed = layout.partitions.filter(isRenamed);
	const isNamedFirst = !isShared(layout) && renamed.length === 1;
	if (isNamedFirst) await nameFinished(system, disk, renamed);
	await sink.finish(content, places.boot);
	system.flushDevice(disk.path);
	if (!isNamedFirst) await nameFinished(system, disk, renamed);
	return plan;
}

/** Wipes the disk, or takes only the entries of its table that are the plan's. */
async function makePartitions(
	system: System,
	planned: DiskPlan,
	hold: Pick<DiskHold, 'descriptor'>,
): Promise<void> {
	const {realPath, size, layout} = planned;
	const disk = targetOf(planned);
	if (isShared(layout)) {
		await changePartitionTable(system, disk, layout);
		await removeDeadEntries(system, disk, layout);
		return;
	}
	await wipeDisk(system, realPath, size, hold);
	await writePartitionTable(system, disk, layout);
}

/**
 * Of a disk that is all the installation's, one name says that it is not finished, and goes before the
 * loader entry. Where there are more names, or partitions of others, a name is all that tells what may be
 * taken again: there they go last, and an entry that starts what has such a name speaks for it.
 */
async function nameFinished(
	system: System,
	disk: DiskTarget,
	partitions: readonly PlannedPartition[],
): Promise<void> {
	for (const {number, finishedName} of partitions)
		await renamePartition(system, disk, number, finishedName);
	system.flushDevice(disk.path);
}

function targetOf({realPath, layout}: DiskPlan): DiskTarget {
	return {path: realPath, sectorSize: layout.sectorSize};
}

/** What is made besides the root, in new partitions and in some that stay. */
function newContents({partitions, beside}: DiskLayout): readonly NewContent[] {
	const kept = (beside?.kept ?? []).flatMap(({start, size, use}) =>
		use?.kind === 'mount' && use.fileSystem !== undefined
			? [{start, size, fileSystem: use.fileSystem}]
			: [],
	);
	return [...partitions.filter(({role}) => role !== 'root'), ...kept];
}

async function writeRoot(
	{plan, content, unhashed, sink}: PlanRun,
	root: PlannedPartition,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<{readonly verity: RootVerity; readonly described: PlannedContent}> {
	if (unhashed !== undefined && sink.writeUnhashed !== undefined)
		return sink.writeUnhashed(unhashed, content, root, report, signal);
	return {
		verity: await sink.writeRoot(content, root, report, signal),
		described: {plan, content},
	};
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
