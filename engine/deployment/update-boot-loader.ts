import path from 'node:path';
import {bootArchitecture} from '../boot/architecture.ts';
import {type FailedCopy, keepBootCopies} from '../boot/boot-copies.ts';
import {hasGrub} from '../boot/grub/grub.ts';
import {findGrubDisk} from '../boot/grub/grub-disk.ts';
import {lookForGrub} from '../boot/grub/read-images.ts';
import {type GrubDecision, updateGrub} from '../boot/grub/update-grub.ts';
import type {LoaderDecision} from '../boot/loader-update.ts';
import {mountedPartition} from '../boot/mounted-partition.ts';
import {readOfferedLoader} from '../boot/read-loaders.ts';
import {runningBootPath, runningEsp} from '../boot/running-boot-loader.ts';
import {type MountedEsp, updateLoaders} from '../boot/update-loaders.ts';
import {OperationFailed} from '../errors.ts';
import {ImageRoot} from '../lint/image-root.ts';
import type {System} from '../system/system.ts';
import {type ChangeOptions, checkMachine, readMachine} from './change-machine.ts';
import {lockMachine, machineLockFile} from './machine-lock.ts';
import {bootHealth, deploymentStates} from './states.ts';

export interface BootLoaderUpdate {
	/** Version of the systemd-boot in the running image; undefined when it has none. */
	readonly offered: string | undefined;
	/** Whether the running deployment is known to be good; no copy is replaced before. */
	readonly isGood: boolean;
	/** The copies on the ESP as they were found, and what is done about each; none without an offer. */
	readonly copies: readonly LoaderDecision[];
	/** The GRUB on the disk of the boot partition; left out when there is none, or the image has none. */
	readonly grub?: GrubDecision;
}

/**
 * Makes systemd-boot on the ESP as new as that of the running image, and GRUB the image's, once this deployment
 * is known to be good: a boot loader that starts the deployment before it stays until then.
 * @param root what stands before all paths; for tests
 * @throws Refused `not-deployed`, `machine-busy`, `boot-partition-full`
 * @throws Lacking `not-root`
 * @throws OperationFailed `boot-copy-failed` when all else is done
 */
export async function updateBootLoader(
	system: System,
	{dryRun = false, ...options}: ChangeOptions,
	root = '/',
): Promise<BootLoaderUpdate> {
	await checkMachine(system, root);
	using _lock = dryRun
		? undefined
		: await lockMachine(system, options, path.join(root, machineLockFile));
	const isGood = await isRunningWell(system, root);
	const esp = await openEsp(system);
	const loader = await readOfferedLoader(root, esp.architecture);
	const copies =
		loader === undefined ? [] : await updateLoaders(esp, loader, {dryRun: dryRun || !isGood});
	const failed = !dryRun && isGood ? await keepBootCopies(system, esp, root) : [];
	const grub = await updateRunningGrub(system, {dryRun: dryRun || !isGood}, root);
	throwFailedCopies(failed);
	return {offered: loader?.program.systemdBoot, isGood, copies, ...(grub && {grub})};
}

function throwFailedCopies(failed: readonly FailedCopy[]): void {
	const [first] = failed;
	if (first === undefined) return;
	const devices = failed.map(({device}) => device).join(', ');
	const reason = first.error instanceof Error ? first.error.message : String(first.error);
	throw new OperationFailed(
		'boot-copy-failed',
		`this machine cannot start from every disk of its mirror: ${devices} is not in step (${reason})`,
		{
			hint: 'Replace the disk, or make the file system anew: mkfs.vfat -F 32 DEVICE.',
			cause: first.error,
		},
	);
}

async function updateRunningGrub(
	system: System,
	options: {readonly dryRun: boolean},
	root: string,
): Promise<GrubDecision | undefined> {
	const images = await lookForGrub(new ImageRoot(root));
	if (images === undefined) return undefined;
	const mountPoint = await runningBootPath(system);
	if (!(await hasGrub(mountedPartition(system, mountPoint)))) return undefined;
	const disk = await findGrubDisk(mountPoint, root);
	return disk && (await updateGrub(disk, images, options));
}

async function isRunningWell(system: System, root: string): Promise<boolean> {
	const {set} = await readMachine(system, root);
	const {booted} = deploymentStates(set);
	return booted !== undefined && bootHealth(set, booted) === 'good';
}

async function openEsp(system: System): Promise<MountedEsp> {
	const mountPoint = await runningEsp(system);
	const {efi: architecture} = bootArchitecture();
	return {mountPoint, partition: mountedPartition(system, mountPoint), architecture};
}
