import {mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import type {BootFile, BootPartition} from '../../engine/boot/boot-partition.ts';
import type {VariableChange} from '../../engine/boot/firmware/firmware-boot.ts';
import type {FirmwareVariables} from '../../engine/boot/firmware/firmware-variables.ts';
import {systemdBoot} from '../../engine/boot/systemd-boot.ts';
import {Lacking, OperationFailed, Refused} from '../../engine/errors.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import {isDiskFull} from '../../engine/system/disk-full.ts';
import type {System} from '../../engine/system/system.ts';
import type {SystemContent} from '../content.ts';
import {orInterrupted} from '../interruption.ts';
import {writeBootEntries} from '../sink/boot-writer.ts';
import {fillAndSync} from '../sink/mounted.ts';
import {chooseVerity} from '../sink/mounted-verity.ts';
import type {MountedPlan} from './mounted-plan.ts';
import {removeBelow} from './remove-below.ts';
import {movingMark, ownNames, readTargetNames, unfinishedFolder} from './target-names.ts';
import {beginVar, endVar} from './var-target.ts';

/** What a run is made of: all decided and checked. */
export interface MountedRun {
	readonly plan: MountedPlan;
	readonly content: SystemContent;
	/** Of the root, without links. */
	readonly root: string;
	/** Paths of all mounts here. */
	readonly mountPoints: readonly string[];
	/** Where the file system of /var is mounted, when it is one of its own; it is emptied. */
	readonly varMount: string | undefined;
	readonly esp: BootPartition;
	readonly espFiles: readonly BootFile[];
	/** The same as `esp`, or XBOOTLDR. */
	readonly kernels: BootPartition;
	readonly kernelFiles: readonly BootFile[];
	/** Loader entries of a system that is removed. */
	readonly staleEntries: readonly string[];
	/** The loader entry of the system that stays, where what it names is. */
	readonly previousEntry: {readonly file: BootFile; readonly partition: BootPartition} | undefined;
	readonly firmware:
		| {readonly variables: FirmwareVariables; readonly changes: readonly VariableChange[]}
		| undefined;
}

/**
 * Does what a plan says. All is written into one folder, and then moved out of it; then come boot loader and
 * firmware, and the loader entry last. Killed anywhere before that, the system that stays is what boots, and
 * a second run removes what it finds and begins anew.
 * @throws Refused `other-names` or what the signal was aborted with, before the first write; after it
 * never Refused or Lacking
 */
export async function runMounted(
	system: System,
	run: MountedRun,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<void> {
	signal.throwIfAborted();
	const folder = path.join(run.root, unfinishedFolder);
	mkdirSync(folder, {recursive: true, mode: 0o700});
	const unlock = await system.lock(path.join(folder, lockName), {signal});
	try {
		checkNames(run);
		await write(system, run, folder, signal, report);
	} catch (error) {
		throw afterFirstWrite(error, run, signal);
	} finally {
		unlock();
	}
}

const lockName = 'lock';

/** Another run may have been faster. */
function checkNames({root, plan, mountPoints}: MountedRun): void {
	const {own, leftover, isUnfinished} = readTargetNames(root, mountPoints);
	const isExpected = own.every(
		(name) => leftover.includes(name) || plan.root.removes.includes(name),
	);
	if (isExpected && isUnfinished) return;
	const folder = path.join(root, unfinishedFolder);
	if (isUnfinished && readdirSync(folder).every((name) => name === lockName))
		rmSync(folder, {recursive: true});
	throw new Refused('other-names', `something else has written to ${root} meanwhile`, {
		hint: 'See what is there now, and run again.',
	});
}

async function write(
	system: System,
	run: MountedRun,
	folder: string,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<void> {
	const {root, content, plan, varMount, esp, kernels, previousEntry, firmware} = run;
	await clear(system, run, folder);
	await fill(system, run, folder, {report, signal});
	signal.throwIfAborted();
	// From here on, what is missing in the folder and is there outside of it came from it.
	writeFileSync(path.join(folder, movingMark), '');
	system.syncFileSystem(root);
	for (const name of ownNames) renameSync(path.join(folder, name), path.join(root, name));
	system.syncFileSystem(root);
	report({type: 'step', step: 'boot', title: `Writing ${plan.boot.esp}`});
	await kernels.write(run.kernelFiles);
	await kernels.sync();
	if (previousEntry !== undefined)
		await writeBootEntries(previousEntry.partition, [previousEntry.file]);
	await esp.write(run.espFiles);
	await esp.sync();
	signal.throwIfAborted();
	// The boot loader has an entry of the system that stays, and no other so far.
	firmware?.variables.apply(firmware.changes);
	await writeBootEntries(kernels, content.bootEntries);
	report({type: 'done', step: 'boot'});
	if (varMount !== undefined) endVar(system, varMount);
	for (const name of [movingMark, lockName]) rmSync(path.join(folder, name), {force: true});
	rmdirSync(folder);
	system.syncFileSystem(root);
}

/** What a killed run left, and what is to go. */
async function clear(
	system: System,
	{root, plan, mountPoints, varMount, kernels, staleEntries}: MountedRun,
	folder: string,
): Promise<void> {
	for (const entry of staleEntries) await kernels.remove(entry);
	await kernels.sync();
	// Kernels of those, and of a killed run: the new one may need the room.
	await systemdBoot(kernels).sweep();
	for (const name of ownNames) await removeBelow(path.join(folder, name));
	if (varMount !== undefined) await beginVar(system, varMount);
	const {leftover} = readTargetNames(root, mountPoints);
	for (const name of new Set([...leftover, ...plan.root.removes]))
		await removeBelow(path.join(root, name));
	rmSync(path.join(folder, movingMark), {force: true});
}

async function fill(
	system: System,
	{content, plan, varMount}: MountedRun,
	folder: string,
	watcher: {readonly report: ProgressReporter; readonly signal: AbortSignal},
): Promise<void> {
	using cleanup = new DisposableStack();
	if (varMount !== undefined) {
		const place = path.join(folder, 'state/os/default/var');
		mkdirSync(place, {recursive: true});
		system.mount(varMount, place, '', ['bind']);
		cleanup.defer(() => system.unmount(place));
	}
	const verity =
		plan.verity.kind === 'enforced'
			? chooseVerity(system, folder, content.algorithm)
			: 'not-wanted';
	if (verity === 'unavailable')
		throw new OperationFailed('no-fs-verity', `fs-verity could not be put on ${plan.root.path}`, {
			hint: 'The kernel takes back what it said of itself; report this.',
		});
	await fillAndSync(system, folder, content, verity === 'kernel' ? verity : 'unavailable', watcher);
	if (varMount !== undefined) system.syncFileSystem(varMount);
}

/** Refused and Lacking promise that nothing was changed. */
function afterFirstWrite(error: unknown, {plan}: MountedRun, signal: AbortSignal): unknown {
	if (error instanceof Refused && error.code === 'other-names') return error;
	if (isDiskFull(error))
		return new OperationFailed('disk-full', `${plan.root.path} is full`, {
			hint: 'Make room on it, and run again.',
			cause: error,
		});
	if (!(error instanceof Refused || error instanceof Lacking))
		return orInterrupted(
			error,
			signal,
			`${plan.root.path} boots what it did before`,
			'Run it again; it removes what it has left.',
		);
	const {code, message, hint} = error;
	return new OperationFailed(code, message, {...(hint !== undefined && {hint}), cause: error});
}
