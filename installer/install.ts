/**
 * An image installs itself: reads the root that this process runs in, decides, and writes a disk.
 * Everything that can be refused is refused before the first write.
 */
import {randomUUID} from 'node:crypto';
import {existsSync} from 'node:fs';
import type {ProgressReporter} from '../engine/progress.ts';
import {openRunningRoot, type RunningRoot} from '../engine/source/running-root.ts';
import type {System} from '../engine/system/system.ts';
import {hostArchitecture} from './architecture.ts';
import type {SystemContent} from './content.ts';
import {describeSystem} from './describe-system.ts';
import {type FoundDisk, inspectDisk} from './disk/inventory.ts';
import {minimumDiskSize} from './disk/layout.ts';
import {findRefusals, isFound, mountingCapabilities, throwRefusals} from './disk/refusals.ts';
import {readImageFiles} from './image-files.ts';
import {checkSettings, type GivenSettings, type InstallOptions} from './install-options.ts';
import {type InstallPlan, planInstall} from './plan.ts';
import {checkPrograms} from './programs.ts';
import {checkPlan, runPlan} from './run-plan.ts';
import {readSelf} from './self-image.ts';

export interface InstallResult {
	readonly plan: InstallPlan;
}

/**
 * Installs the image that runs here. Doubts about the tree are reported, and the plan's warnings too
 * unless it is only a plan that is wanted.
 * @throws Refused, Lacking or UsageError with the disk untouched; anything else may leave a disk that
 * says of itself that it is not a finished install, and that a second run takes
 */
export async function installMachine(
	system: System,
	options: InstallOptions,
	report: ProgressReporter,
): Promise<InstallResult> {
	const given = checkSettings(options);
	const {realPath} = await checkDisk(system, options);
	// Whoever else would write to this disk, udev included, waits until this is done.
	const unlock = await system.lock(realPath);
	try {
		using root = openRunningRoot(system);
		const {plan, content} = await decide(system, options, given, root, report);
		const warnings = options.dryRun ? [] : plan.warnings;
		for (const {code, message, hint} of [...root.findings, ...warnings])
			report({type: 'warning', code, message, hint});
		if (!options.dryRun) await runPlan(system, plan, content, options.signal, report);
		return {plan};
	} finally {
		unlock();
	}
}

/** Reads the image, checks all that can be checked and plans; nothing is written. */
async function decide(
	system: System,
	options: InstallOptions,
	given: GivenSettings,
	root: RunningRoot,
	report: ProgressReporter,
): Promise<{readonly plan: InstallPlan; readonly content: SystemContent}> {
	const architecture = hostArchitecture();
	const files = await readImageFiles(root.path, architecture);
	const rootFileSystem = options.rootFileSystem ?? files.layout.rootFileSystem;
	const layout = {...files.layout, rootFileSystem};
	checkPrograms(rootFileSystem);
	const self = await readSelf(root.tree, options.signal, report);
	const described = describeSystem({files, self, layout, architecture, given, now: system.now()});
	const {deployment, image, sizes} = described;
	const plan = planInstall({
		disk: await checkDisk(system, options, (sectorSize) =>
			minimumDiskSize({sizes, settings: layout, sectorSize}),
		),
		settings: layout,
		sizes,
		architecture: architecture.partition,
		seed: randomUUID(),
		image,
		deployment,
		canEnableVerity: existsSync(btrfsVerity),
	});
	const content = described.contentFor(plan);
	await checkPlan(system, plan, content);
	return {plan, content};
}

/** Is there when the btrfs of the kernel that runs here has fs-verity. */
const btrfsVerity = '/sys/fs/btrfs/features/verity';

/**
 * @param minimumSize by sector size; left out as long as it is not known
 * @throws Refused or Lacking with all that speaks against this disk
 */
async function checkDisk(
	system: System,
	{disk: path, wipe}: InstallOptions,
	minimumSize: (sectorSize: number) => number = () => 0,
): Promise<FoundDisk> {
	const disk = await inspectDisk(system, path);
	throwRefusals(
		findRefusals(disk, {
			wipe,
			minimumSize: isFound(disk) ? minimumSize(disk.sectorSize) : 0,
			capabilities: system.capabilities(),
			neededCapabilities: disk.kind === 'file' ? [] : mountingCapabilities,
		}),
	);
	if (!isFound(disk)) throw new TypeError(`${path} is no disk, and nothing said so`);
	return disk;
}
