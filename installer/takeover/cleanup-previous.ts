/**
 * Removes what a machine had before slipway: the entries that start it, its files on the boot partitions, and
 * all on the physical root that is not slipway's and that nothing uses. What starts it goes first, the record
 * of it last, so that a run that was killed is taken up by the next.
 */

import {readdirSync, statfsSync} from 'node:fs';
import {readFile, rm} from 'node:fs/promises';
import path from 'node:path';
import {bootArchitecture} from '../../engine/boot/architecture.ts';
import {parseEfiProgram} from '../../engine/boot/efi-program.ts';
import {isSamePath, planRemoval} from '../../engine/boot/firmware/firmware-boot.ts';
import {openFirmwareVariables} from '../../engine/boot/firmware/firmware-variables.ts';
import {mountedPartition} from '../../engine/boot/mounted-partition.ts';
import {runningBootPath, runningEsp} from '../../engine/boot/running-boot-loader.ts';
import {lookForSystemdBoot, placesOnEsp} from '../../engine/boot/systemd-boot-files.ts';
import {
	type ChangeOptions,
	type OpenMachine,
	openMachine,
	readMachine,
} from '../../engine/deployment/change-machine.ts';
import type {DeploymentSet} from '../../engine/deployment/deployment.ts';
import {bootHealth, deploymentStates} from '../../engine/deployment/states.ts';
import {OperationFailed, Refused} from '../../engine/errors.ts';
import {ImageRoot} from '../../engine/lint/image-root.ts';
import {syncFolder} from '../../engine/system/durable-file.ts';
import {readMounts} from '../../engine/system/mount-points.ts';
import type {System} from '../../engine/system/system.ts';
import {ownNames} from '../mounted/target-names.ts';
import {namesElsewhere, namesInUse} from './names-in-use.ts';
import {previousEntryFile} from './previous-boot.ts';
import {type PreviousRecord, previousRecordFile, readPreviousRecord} from './previous-record.ts';
import {countNames, removeNames} from './remove-names.ts';

/** What goes, and what stays. */
export interface PreviousFiles {
	readonly title: string;
	/** Names in the physical root, with all that is in them. */
	readonly names: readonly string[];
	/** On the boot partitions; the new boot loader takes the place of the fallback. */
	readonly bootFiles: readonly string[];
	/** Names in the physical root that stay: the new system uses them, or they are subvolumes. */
	readonly keeps: readonly string[];
}

export interface CleanedPrevious extends PreviousFiles {
	readonly files: number;
	/** Bytes of files that were, or would be, removed. */
	readonly bytes: number;
	/** Bytes that the file system has more than before. */
	readonly freed: number;
}

/**
 * What {@link cleanPrevious} would remove; nothing is changed.
 * @param root what stands before all paths; for tests
 * @throws Refused `no-previous` when there is none, and what {@link readMachine} throws
 */
export async function findPrevious(system: System, root = '/'): Promise<PreviousFiles> {
	const {physicalRoot} = await readMachine(system, root);
	return previousFiles(physicalRoot, await readRecord(physicalRoot));
}

/**
 * @param root what stands before all paths; for tests
 * @throws Refused `no-previous`, `not-good-yet` and what {@link openMachine} throws; nothing is removed
 * @throws OperationFailed `not-all-removed`
 */
export async function cleanPrevious(
	system: System,
	{dryRun = false, ...options}: ChangeOptions,
	root = '/',
): Promise<CleanedPrevious> {
	if (dryRun) {
		const {physicalRoot} = await readMachine(system, root);
		const record = await readRecord(physicalRoot);
		const found = previousFiles(physicalRoot, record);
		const {files, bytes} = await countNames(physicalRoot, found.names);
		return {...found, files, bytes, freed: 0};
	}
	using machine = await openMachine(system, options, root);
	const {physicalRoot, set} = machine;
	const record = await readRecord(physicalRoot);
	checkGood(set);
	const found = previousFiles(physicalRoot, record);
	await removeBootFiles(system, record, root);
	const before = statfsSync(physicalRoot);
	const {files, bytes, left} = await removeNames(system, physicalRoot, found.names);
	system.syncFileSystem(physicalRoot);
	if (left.length > 0) throw notAllRemoved(left);
	await forget(machine);
	const after = statfsSync(physicalRoot);
	return {...found, files, bytes, freed: Math.max(0, (after.bfree - before.bfree) * after.bsize)};
}

async function readRecord(physicalRoot: string): Promise<PreviousRecord> {
	const {content, problem} = await readPreviousRecord(physicalRoot);
	if (content !== undefined) return content;
	throw new Refused('no-previous', problem ?? 'this machine has no system from before slipway', {
		hint:
			problem === undefined
				? 'There is nothing to clean up.'
				: `Without it nobody knows what is to stay. Correct ${previousRecordFile}.`,
	});
}

/** As long as the new system may fail, the old one is where the machine goes back to. */
function checkGood(set: DeploymentSet): void {
	const {booted} = deploymentStates(set);
	if (booted !== undefined && bootHealth(set, booted) === 'good') return;
	throw new Refused('not-good-yet', 'the running deployment is not known to be good', {
		hint: 'Wait until it is (slipway status), so that there is a system to go back to until then.',
	});
}

function previousFiles(physicalRoot: string, {title, keep, boot}: PreviousRecord): PreviousFiles {
	const {fallback} = placesOnEsp(bootArchitecture().efi);
	// What was mounted since then is nobody's to lose, and a subvolume may be mounted at any time.
	const used = new Set([
		...keep,
		...namesInUse(readMounts(), physicalRoot),
		...namesElsewhere(physicalRoot),
	]);
	const others = readdirSync(physicalRoot)
		.filter((name) => name !== 'lost+found' && !ownNames.some((own) => own === name))
		.sort();
	return {
		title,
		names: others.filter((name) => !used.has(name)),
		bootFiles: [previousEntryFile, ...boot.files, ...(boot.hasFallback ? [fallback] : [])],
		keeps: others.filter((name) => used.has(name)),
	};
}

/** What starts the old system, and then what it is started from. */
async function removeBootFiles(
	system: System,
	{boot}: PreviousRecord,
	root: string,
): Promise<void> {
	const {efi: architecture} = bootArchitecture();
	const esp = await runningEsp(system).catch(() => undefined);
	const folders = [...new Set([await runningBootPath(system), esp])].filter(
		(one) => one !== undefined,
	);
	const isSecureBoot = updateFirmware(system, boot, root);
	for (const file of [previousEntryFile, ...boot.files])
		for (const folder of folders) {
			const partition = mountedPartition(system, folder);
			await partition.remove(file);
			await partition.sync();
		}
	const program = await lookForSystemdBoot(new ImageRoot(root), architecture);
	if (!boot.hasFallback || esp === undefined || program === undefined) return;
	const {fallback} = placesOnEsp(architecture);
	const partition = mountedPartition(system, esp);
	const bytes = await readFile(program);
	// What firmware does not start is of no use there.
	if (isSecureBoot && parseEfiProgram(bytes)?.isSigned !== true) return;
	await partition.write([{path: fallback, source: {kind: 'bytes', bytes}}]);
	await partition.sync();
}

/** Removes entries of the old system. @returns whether the firmware starts only what is signed */
function updateFirmware(
	system: System,
	{esp, files}: PreviousRecord['boot'],
	root: string,
): boolean {
	using variables = openFirmwareVariables(system, {
		sys: path.join(root, 'sys'),
		run: path.join(root, 'run'),
	});
	const isInFiles = (place: string) =>
		files.some((file) => isSamePath(place, file) || isSamePath(path.dirname(place), file));
	const changes = planRemoval(
		variables.readBoot(),
		({program}) =>
			program !== undefined && program.partitionUuid === esp && isInFiles(program.path),
	);
	variables.apply(changes);
	return variables.readSecureBoot();
}

async function forget({physicalRoot}: Pick<OpenMachine, 'physicalRoot'>): Promise<void> {
	const record = path.join(physicalRoot, previousRecordFile);
	await rm(record, {force: true});
	await syncFolder(path.dirname(record));
}

const mostNamed = 5;

function notAllRemoved(left: readonly string[]): OperationFailed {
	const named = left.slice(0, mostNamed).join(', ');
	const more = left.length > mostNamed ? ` and ${left.length - mostNamed} more` : '';
	return new OperationFailed(
		'not-all-removed',
		`some files could not be removed: ${named}${more}`,
		{
			hint: 'Remove them where they can be written, and run it again: mount --bind /sysroot /mnt && mount -o remount,bind,rw /mnt.',
		},
	);
}
