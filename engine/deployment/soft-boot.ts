/**
 * What the boot loader and systemd do for a boot, done for what a soft reboot started. Their record of the
 * boot is of another entry then: that of the deployment that the kernel came from.
 */
import path from 'node:path';
import type {BootLoader} from '../boot/boot-loader.ts';
import {bootStateFile, recordBootState} from '../boot/boot-state.ts';
import {readText} from '../system/read-text.ts';
import type {System} from '../system/system.ts';
import {bootReasonFile, readBootReason} from './boot-reason-file.ts';
import {bootLimitSec, lockMachine, machineLockFile} from './machine-lock.ts';
import {readDeploymentSet} from './read-status.ts';
import {announceReboot} from './reboot-required.ts';
import {trialMark} from './soft-reboot-file.ts';

/** Left by slipway-root when a soft reboot leads to another deployment: the file that prepared it. */
export const softBootFile = '/run/slipway/soft-boot';

/**
 * Takes one attempt off the running deployment if it is on trial, once in a soft boot; call it as root before
 * the boot is recorded.
 */
export async function countSoftBoot(
	system: Pick<System, 'lock'>,
	bootLoader: Pick<BootLoader, 'countAttempt'>,
	root = '/',
): Promise<void> {
	const words = (await readText(path.join(root, softBootFile)))?.trim().split(' ') ?? [];
	const isTrial = words.includes(trialMark);
	const isFirst = (await readBootReason(path.join(root, bootReasonFile))) === undefined;
	const {bootedId} = await readDeploymentSet(root);
	if (!isTrial || !isFirst || bootedId === undefined) return;
	using _lock = await lockMachine(
		system,
		{name: 'slipway status', limitSec: bootLimitSec},
		path.join(root, machineLockFile),
	);
	await bootLoader.countAttempt(bootedId);
}

/** What stands in /run of reboots that are due is what the system before wrote there. */
export async function announceAfterSoftBoot(
	system: Pick<System, 'run'>,
	root = '/',
): Promise<void> {
	if ((await readText(path.join(root, softBootFile))) === undefined) return;
	await announceReboot(system, await readDeploymentSet(root), root);
}

/** The running deployment is good: its boots are counted no more. Waits as long as it takes, or it would not be. */
export async function blessRunning(
	system: Pick<System, 'lock'>,
	bootLoader: BootLoader,
	root = '/',
): Promise<void> {
	const {bootedId} = await readDeploymentSet(root);
	if (bootedId === undefined) return;
	using _lock = await lockMachine(
		system,
		{name: 'slipway health'},
		path.join(root, machineLockFile),
	);
	await bootLoader.bless(bootedId);
	await recordBootState(bootLoader, path.join(root, bootStateFile));
}
