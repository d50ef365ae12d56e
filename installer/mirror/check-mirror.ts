import {mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {type EngineError, Lacking} from '../../engine/errors.ts';
import {programsOfDrivers} from '../../engine/preflight/boot-programs.ts';
import {type EarlyBoot, findBootProblems} from '../../engine/preflight/missing-drivers.ts';
import {noProgress} from '../../engine/progress.ts';
import {CommandFailed} from '../../engine/system/commands.ts';
import {KernelCallFailed} from '../../engine/system/libc.ts';
import type {System} from '../../engine/system/system.ts';
import type {PlannedPartition} from '../disk/layout.ts';
import {MiB} from '../disk/size.ts';
import {scratchFolder} from '../scratch.ts';
import type {MirrorPlan} from './mirror-plan.ts';
import {mirroredRoot} from './mirrored-root.ts';

/**
 * All that keeps this machine from making a mirror, or the image from starting it. Programs are looked for
 * elsewhere.
 * @param early undefined when nobody can look into the initramfs: what is needed may be there
 */
export async function findMirrorObstacles(
	system: System,
	plan: MirrorPlan,
	early: EarlyBoot | undefined,
): Promise<EngineError[]> {
	const drivers = [{module: 'raid1', purpose: 'the mirrored root'}];
	const needs = {drivers, programs: programsOfDrivers(drivers)};
	const ofKernel = await tryMirroring(system, plan);
	return [
		...(early === undefined ? [] : findBootProblems(needs, early)),
		...(ofKernel === undefined ? [] : [ofKernel]),
	];
}

const trialSize = 16 * MiB;

const trialPartition: PlannedPartition = {
	role: 'root',
	number: 1,
	start: 0,
	size: trialSize,
	type: '',
	uuid: '',
	name: '',
	finishedName: '',
	fileSystem: {type: 'ext4', uuid: '', label: ''},
};

/** Mirrors empty files: the kernel loads what it needs for that, if it has it. */
async function tryMirroring(system: System, plan: MirrorPlan): Promise<Lacking | undefined> {
	using cleanup = new DisposableStack();
	const folder = mkdtempSync(path.join(scratchFolder(), 'slipway-trial-'));
	cleanup.defer(() => rmSync(folder, {recursive: true}));
	const halves = ['one', 'other'].map((name) => {
		const file = path.join(folder, name);
		writeFileSync(file, '');
		truncateSync(file, trialSize);
		return {path: file, sectorSize: 512};
	});
	try {
		await using _volume = await mirroredRoot(system, halves, plan).open(trialPartition, noProgress);
		return undefined;
	} catch (cause) {
		if (!(cause instanceof CommandFailed || cause instanceof KernelCallFailed)) throw cause;
		const reason =
			cause instanceof CommandFailed ? cause.stderr.trim().split('\n').at(-1) : cause.message;
		return new Lacking('cannot-mirror', `disks cannot be mirrored here: ${reason}`, {
			hint: 'Run as root, in a container with --privileged, on a kernel with MD RAID; or install from a live system of the image.',
			cause,
		});
	}
}
