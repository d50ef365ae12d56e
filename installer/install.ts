/**
 * An image installs itself: reads the root that this process runs in, decides, and writes a disk.
 * Everything that can be refused is refused before the first write.
 */
import {randomUUID} from 'node:crypto';
import {existsSync} from 'node:fs';
import type {ProgressReporter} from '../engine/progress.ts';
import type {Finding} from '../engine/source/findings.ts';
import {openRunningRoot} from '../engine/source/running-root.ts';
import type {System} from '../engine/system/system.ts';
import {hostArchitecture} from './architecture.ts';
import {describeContent} from './describe-content.ts';
import {type FoundDisk, inspectDisk} from './disk/inventory.ts';
import type {RootFileSystem} from './disk/layout-settings.ts';
import {findRefusals, isFound, mountingCapabilities, throwRefusals} from './disk/refusals.ts';
import {readImageFiles} from './image-files.ts';
import {type InstallPlan, planInstall} from './plan.ts';
import {runPlan} from './run-plan.ts';
import {readSelf} from './self-image.ts';

export interface InstallOptions {
	/** Block device or plain file. */
	readonly disk: string;
	/** Leave to destroy what is on the disk. */
	readonly wipe: boolean;
	/** Where updates come from; otherwise what the container and the image say. */
	readonly targetImage: string | undefined;
	/** Otherwise what the image says. */
	readonly rootFileSystem: RootFileSystem | undefined;
	/** Added to those of the image. */
	readonly kernelArguments: readonly string[];
	/** Decide and check everything, write nothing. */
	readonly dryRun: boolean;
	readonly signal: AbortSignal;
}

export interface InstallResult {
	readonly plan: InstallPlan;
	/** Doubts whether the tree that was read is just the image's; see {@link openRunningRoot}. */
	readonly findings: readonly Finding[];
}

/**
 * Installs the image that runs here.
 * @throws Refused, Lacking or UsageError with the disk untouched; anything else may leave a disk that
 * says of itself that it is not a finished install, and that a second run takes
 */
export async function installMachine(
	system: System,
	options: InstallOptions,
	report: ProgressReporter,
): Promise<InstallResult> {
	const early = await checkDisk(system, options, 0);
	// Whoever else would write to this disk, udev included, waits until this is done.
	const unlock = early.kind === 'block-device' ? await system.lock(early.realPath) : () => {};
	try {
		using root = openRunningRoot(system);
		const architecture = hostArchitecture();
		const files = await readImageFiles(root.path, architecture);
		const layout = {
			...files.layout,
			...(options.rootFileSystem && {rootFileSystem: options.rootFileSystem}),
		};
		const self = await readSelf(root.tree, options.signal, report);
		const content = describeContent({
			files,
			self,
			layout,
			options,
			architecture,
			now: system.now(),
		});
		const disk = await checkDisk(system, options, content.minimumDiskSize(early.sectorSize));
		const plan = planInstall({
			disk,
			settings: layout,
			sizes: content.sizes,
			architecture: architecture.partition,
			seed: randomUUID(),
			image: content.image,
			deploymentId: content.deploymentId,
			kernelArguments: content.kernelArguments,
			canEnableVerity: existsSync(btrfsVerity),
		});
		for (const {code, message, hint} of [
			...root.findings,
			...(options.dryRun ? [] : plan.warnings),
		])
			report({type: 'warning', code, message, hint});
		if (!options.dryRun) await runPlan(system, plan, content.of(plan), options.signal, report);
		return {plan, findings: root.findings};
	} finally {
		unlock();
	}
}

/** Is there when the btrfs of the kernel that runs here has fs-verity. */
const btrfsVerity = '/sys/fs/btrfs/features/verity';

/** @throws Refused or Lacking with all that speaks against this disk */
async function checkDisk(
	system: System,
	{disk: path, wipe}: InstallOptions,
	minimumSize: number,
): Promise<FoundDisk> {
	const disk = await inspectDisk(system, path);
	throwRefusals(
		findRefusals(disk, {
			wipe,
			minimumSize,
			capabilities: system.capabilities(),
			neededCapabilities: disk.kind === 'file' ? [] : mountingCapabilities,
		}),
	);
	if (!isFound(disk)) throw new TypeError(`${path} is no disk, and nothing said so`);
	return disk;
}
