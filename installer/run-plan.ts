import {writeGrub} from '../engine/boot/grub/write-grub.ts';
import {firstFailure, Lacking, OperationFailed, Refused} from '../engine/errors.ts';
import type {ProgressReporter} from '../engine/progress.ts';
import {KernelCallFailed} from '../engine/system/libc.ts';
import type {System} from '../engine/system/system.ts';
import type {Secret} from './answers/secret.ts';
import type {SystemContent, UnhashedContent} from './content.ts';
import {isRenamed, isShared} from './disk/beside/table-steps.ts';
import {partitionLoop} from './disk/file-system.ts';
import {DiskHold} from './disk/hold.ts';
import {checkSameDisk} from './disk/inventory.ts';
import {type DiskLayout, type PlannedPartition, tableOf} from './disk/layout.ts';
import {
	changePartitionTable,
	checkSameTable,
	type DiskTarget,
	renamePartition,
	writePartitionTable,
} from './disk/sfdisk.ts';
import {wipeDisk, wipeRegion} from './disk/wipe.ts';
import type {EncryptionPlan} from './encryption/encryption-plan.ts';
import {recoveryKeyFile, writeRecoveryKey} from './encryption/recovery-key.ts';
import {orInterrupted} from './interruption.ts';
import {type DiskPlan, type InstallPlan, partitionOfRole} from './plan.ts';
import type {RootVolume} from './root-volume.ts';
import type {TargetSource} from './scripts/target-root.ts';
import {type BootPlaces, bootPlaces} from './sink/boot-places.ts';
import {besidesRoot} from './sink/choose.ts';
import {removeDeadEntries} from './sink/dead-entries.ts';
import type {BesidesRoot, NewContent, RootVerity, Sink} from './sink/sink.ts';

/** A plan with all that goes on its disk. */
export interface PlannedContent {
	readonly plan: InstallPlan;
	readonly content: SystemContent;
}

/** What a run is made of: all decided and checked. */
export interface PlanRun extends PlannedContent {
	/** Has checked the content. */
	readonly sink: Sink;
	/** What the sink's root is on, when that is not the partition itself. */
	readonly volume?: RootVolume | undefined;
	/**
	 * Plan and content are provisional when there is this: digests, and what follows from them, will be
	 * others. The disk's layout, and whether fs-verity is enforced, will not.
	 */
	readonly unhashed: UnhashedContent<PlannedContent> | undefined;
	/** Changes the new system when all but its boot entry is on the disk. */
	readonly finishRoot?: (source: TargetSource) => Promise<void>;
}

export interface RunOutcome {
	/** With the digests that its files had. */
	readonly plan: InstallPlan;
	readonly content: SystemContent;
	/** To be shown now, or nobody will ever know it. */
	readonly recoveryKey: Secret | undefined;
}

/**
 * Does what a plan says. The partition table names the root unfinished until everything that a boot
 * needs is on the disk; the loader entry comes last of all. Killed anywhere before that, the disk is
 * one that a second run takes without `--wipe`.
 * @throws Refused `in-use`, `other-disk` or `other-table`, or what the signal was aborted with, before the
 * first write
 * @throws OperationFailed `interrupted` when the signal aborted it after that; never Refused or Lacking
 */
export async function runPlan(
	system: System,
	run: PlanRun,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<RunOutcome> {
	signal.throwIfAborted();
	const {disks} = run.plan;
	let outcome: RunOutcome;
	{
		using holds = new DisposableStack();
		const hold = (plan: DiskPlan) => holds.use(new DiskHold(plan.realPath));
		const [first, ...others] = disks;
		const held: HeldDisks = [
			heldDisk(first, hold(first), run.sink),
			...others.map((plan) => heldDisk(plan, hold(plan), besidesRoot(system, targetOf(plan)))),
		];
		for (const disk of disks) await checkUnchanged(system, disk);
		signal.throwIfAborted();
		try {
			outcome = await writeDisks(system, run, held, signal, report);
		} catch (error) {
			throw afterFirstWrite(error, disks.map(({path}) => path).join(', '), signal);
		}
	}
	for (const {kind, realPath} of disks)
		if (kind === 'block-device') showPartitions(system, realPath);
	return outcome;
}

/** A disk of the plan that nobody else has. */
interface HeldDisk {
	readonly plan: DiskPlan;
	readonly hold: DiskHold;
	readonly target: DiskTarget;
	readonly writer: BesidesRoot;
	readonly places: BootPlaces;
	readonly root: PlannedPartition;
}

type HeldDisks = readonly [HeldDisk, ...HeldDisk[]];

function heldDisk(plan: DiskPlan, hold: DiskHold, writer: BesidesRoot): HeldDisk {
	const {layout} = plan;
	return {
		plan,
		hold,
		target: targetOf(plan),
		writer,
		places: bootPlaces(layout),
		root: partitionOfRole(layout, 'root'),
	};
}

function targetOf({realPath, layout}: DiskPlan): DiskTarget {
	return {path: realPath, sectorSize: layout.sectorSize};
}

/** @throws Refused `other-disk` or `other-table` */
async function checkUnchanged(system: System, disk: DiskPlan): Promise<void> {
	await checkSameDisk(system, disk);
	const {layout} = disk;
	if (isShared(layout)) await checkSameTable(system, targetOf(disk), layout);
}

async function writeDisks(
	system: System,
	run: PlanRun,
	disks: HeldDisks,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<RunOutcome> {
	const [first, ...others] = disks;
	for (const disk of disks) await partitionDisk(system, disk, report);
	signal.throwIfAborted();
	const boots = [...others, first];
	const {described, recoveryKey} = await fillDisks(system, run, boots, first, signal, report);
	const {plan, content} = described;
	signal.throwIfAborted();
	for (const disk of disks) if (isNamedFirst(disk.plan.layout)) await nameFinished(system, disk);
	for (const disk of disks) await writeBiosBoot(content, disk);
	const shownKey = await keepRecoveryKey(run.plan.encryption, recoveryKey);
	for (const {writer, places, target} of boots) {
		await writer.finish(content, places.boot);
		system.flushDevice(target.path);
	}
	for (const disk of disks) if (!isNamedFirst(disk.plan.layout)) await nameFinished(system, disk);
	return {plan, content, recoveryKey: shownKey};
}

/** Makes the partitions of a disk, and what is in them but for the root. */
async function partitionDisk(
	system: System,
	{plan, hold, writer}: HeldDisk,
	report: ProgressReporter,
): Promise<void> {
	report({type: 'step', step: 'partition', title: `Partitioning ${plan.path}`});
	await makePartitions(system, plan, hold);
	await hold.lend(async () => {
		for (const partition of newContents(plan.layout)) await writer.makeOther(partition);
	});
	report({type: 'done', step: 'partition'});
}

/** Has a BIOS start the disk, when the plan says so. */
async function writeBiosBoot(
	{grub, isForBiosAlone = false}: SystemContent,
	{plan: {layout}, target}: Pick<HeldDisk, 'plan' | 'target'>,
): Promise<void> {
	if (layout.biosBoot !== undefined && grub !== undefined)
		await writeGrub(target.path, layout.biosBoot, grub, {isActive: isForBiosAlone});
}

/**
 * Fills the root and the boot partitions, whose files follow from no digest: at once, but that files come
 * among those of others only when the root is whole.
 * @throws what failed first, when the other has stopped too
 */
async function fillDisks(
	system: System,
	run: PlanRun,
	boots: readonly HeldDisk[],
	rootDisk: HeldDisk,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<FilledRoot> {
	const isBeside = isShared(rootDisk.plan.layout);
	const stop = new AbortController();
	const start = () =>
		writeBoots(run.content, boots).then(
			() => undefined,
			(error: unknown) => {
				stop.abort();
				return {error};
			},
		);
	let writing = isBeside ? undefined : start();
	let filled: FilledRoot;
	try {
		const either = AbortSignal.any([signal, stop.signal]);
		filled = await fillRoot(system, run, rootDisk, either, report);
	} catch (error) {
		const isFirst = !stop.signal.aborted;
		const failure = await writing;
		throw isFirst || failure === undefined ? error : failure.error;
	}
	signal.throwIfAborted();
	report({type: 'step', step: 'boot', title: 'Writing the boot partition'});
	writing ??= start();
	const failure = await writing;
	if (failure !== undefined) throw failure.error;
	report({type: 'done', step: 'boot'});
	return filled;
}

async function writeBoots(content: SystemContent, boots: readonly HeldDisk[]): Promise<void> {
	for (const {writer, places} of boots) await writer.writeBoot(content, places);
}

interface FilledRoot {
	readonly described: PlannedContent;
	readonly recoveryKey: Secret | undefined;
}

/** Makes the root and all below it. @returns what it holds, when it is on the disk and closed again */
async function fillRoot(
	system: System,
	run: PlanRun,
	{root: partition, hold, target}: HeldDisk,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<FilledRoot> {
	await using volume = await run.volume?.open(partition, report);
	const root = run.volume?.placeOf(partition) ?? partition;
	await hold.lend(() => run.sink.makeRoot(root));
	signal.throwIfAborted();
	const {verity, described} = await writeRoot(run, root, signal, report);
	const [{path}] = run.plan.disks;
	if (described.plan.verity.kind === 'enforced' && verity === 'unavailable')
		throw new OperationFailed('no-fs-verity', `fs-verity could not be put on ${path}`, {
			hint: 'Install with --root-fs ext4, or report this.',
		});
	signal.throwIfAborted();
	if (run.finishRoot !== undefined)
		await finishRoot(system, run.volume?.target ?? target, root, described.plan, run.finishRoot);
	return {described, recoveryKey: volume?.recoveryKey};
}

/** What is written is there before the disk boots. @returns what is to be shown instead */
async function keepRecoveryKey(
	encryption: EncryptionPlan | undefined,
	key: Secret | undefined,
): Promise<Secret | undefined> {
	if (encryption?.recoveryKey.kind !== 'written' || key === undefined) return key;
	await writeRecoveryKey(recoveryKeyFile(encryption, encryption.recoveryKey), key);
	return undefined;
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
		for (const part of [partitionOfRole(layout, 'root'), ...newContents(layout)])
			wipeRegion(hold, part);
		await removeDeadEntries(system, disk, layout);
		return;
	}
	await wipeDisk(system, realPath, size, hold);
	await writePartitionTable(system, disk, tableOf(layout));
}

/**
 * Of a disk that is all the installation's, one name says that it is not finished, and goes before the
 * loader entry. Where there are more names, or partitions of others, a name is all that tells what may be
 * taken again: there they go last, and an entry that starts what has such a name speaks for it.
 */
function isNamedFirst(layout: DiskLayout): boolean {
	return !isShared(layout) && layout.partitions.filter(isRenamed).length === 1;
}

/** The root last: the loader entry names it, and so speaks for all that still has such a name. */
async function nameFinished(
	system: System,
	{target, root, plan: {layout}}: Pick<HeldDisk, 'target' | 'root' | 'plan'>,
): Promise<void> {
	const others = layout.partitions.filter((partition) => partition !== root);
	for (const {number, finishedName} of [...others, root].filter(isRenamed))
		await renamePartition(system, target, number, finishedName);
	system.flushDevice(target.path);
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

/** On a device that is just the root. */
async function finishRoot(
	system: System,
	disk: DiskTarget,
	root: PlannedPartition,
	{deployment}: InstallPlan,
	work: (source: TargetSource) => Promise<void>,
): Promise<void> {
	using cleanup = new DisposableStack();
	const device = system.attachLoop(disk.path, partitionLoop(disk, root));
	cleanup.defer(() => system.detachLoop(device));
	await work({device, type: root.fileSystem.type, deploymentId: deployment.id});
	system.flushDevice(device);
}

/** Refused and Lacking promise that nothing was changed. */
function afterFirstWrite(error: unknown, path: string, signal: AbortSignal): unknown {
	const first = firstFailure(error);
	if (!(first instanceof Refused || first instanceof Lacking))
		return orInterrupted(
			error,
			signal,
			`${path} is not a finished installation`,
			'Run it again; a disk in this state needs no --wipe.',
		);
	const {code, message, hint} = first;
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
