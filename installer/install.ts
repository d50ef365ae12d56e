/**
 * An image installs itself: reads the root that this process runs in, decides, and writes a disk.
 * Everything that can be refused is refused before the first write.
 */
import {randomUUID} from 'node:crypto';
import {type EngineError, Refused} from '../engine/errors.ts';
import {ImageRoot} from '../engine/lint/image-root.ts';
import type {ProgressReporter} from '../engine/progress.ts';
import {openRunningRoot, type RunningRoot} from '../engine/source/running-root.ts';
import {readMountPoints} from '../engine/system/mount-points.ts';
import type {System} from '../engine/system/system.ts';
import {type Architecture, hostArchitecture} from './architecture.ts';
import type {UnhashedContent} from './content.ts';
import {type DescribedSystem, describeSystem, type SystemRequest} from './describe-system.ts';
import {type ContentSizes, surelyEnough} from './disk/content-sizes.ts';
import {type DiskInventory, type FoundDisk, inspectDisk} from './disk/inventory.ts';
import {minimumDiskSize} from './disk/layout.ts';
import {findRefusals, isFound, mountingCapabilities, throwRefusals} from './disk/refusals.ts';
import {findImageRefusals} from './image-refusals.ts';
import {type InstallFiles, readInstallFiles} from './install-files.ts';
import {checkSettings, type GivenSettings, type InstallOptions} from './install-options.ts';
import {orInterrupted} from './interruption.ts';
import {type InstallPlan, partitionOfRole, planInstall} from './plan.ts';
import {checkPrograms} from './programs.ts';
import {type PlannedContent, type PlanRun, runPlan} from './run-plan.ts';
import {
	hashOthers,
	hashSelf,
	prepareSelf,
	provisionalSelf,
	type UnhashedSelf,
} from './self-image.ts';
import {chooseSink} from './sink/choose.ts';

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
	const {signal, dryRun} = options;
	try {
		const given = checkSettings(options);
		const found = await inspectDisk(system, options.disk);
		const refusals = refusalsOf(system, found, options);
		const disk = accept(found, refusals.every(mayBeTooSmallToo) ? [] : refusals);
		using _lock = dryRun ? undefined : await lockDisk(system, disk, signal, report);
		using root = openRunningRoot(system);
		if (disk.size >= surelyEnough(root.tree.files)) throwRefusals(refusals);
		const run = await decide(system, options, given, root, report);
		const warnings = dryRun ? [] : run.plan.warnings;
		for (const {code, message, hint} of [...root.findings, ...warnings])
			report({type: 'warning', code, message, hint});
		return {plan: dryRun ? run.plan : await runPlan(system, run, signal, report)};
	} catch (error) {
		throw orInterrupted(error, signal, `nothing was changed on ${options.disk}`);
	}
}

/** The size that is needed is known late: until then a disk that holds data is refused only if it is large. */
const mayBeTooSmallToo = ({code}: EngineError): boolean => code === 'holds-data';

/** Another installation that sees the same file or node waits for this one; see DiskHold for the rest. */
async function lockDisk(
	system: System,
	{path, realPath}: FoundDisk,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<Disposable> {
	const title = `Waiting for what has locked ${path}`;
	const onWait = () => report({type: 'step', step: 'wait', title});
	const unlock = await system.lock(realPath, {signal, onWait});
	return {[Symbol.dispose]: unlock};
}

/**
 * Reads the image, checks all that can be checked and plans; nothing is written. Files are hashed only when
 * the disk may be too small without knowing which are the same, when the disk cannot be written in the same
 * pass, and for a plan that is only shown.
 */
async function decide(
	system: System,
	options: InstallOptions,
	given: GivenSettings,
	root: RunningRoot,
	report: ProgressReporter,
): Promise<PlanRun> {
	const {signal, dryRun} = options;
	const architecture = hostArchitecture();
	// Read again: whoever had it locked until now may have written to it.
	const [files, looked] = await Promise.all([
		readFitImage(root, architecture),
		inspectDisk(system, options.disk),
	]);
	const unhashed = await prepareSelf(root.tree);
	const rootFileSystem = options.rootFileSystem ?? files.layout.rootFileSystem;
	const layout = {...files.layout, rootFileSystem};
	checkPrograms(rootFileSystem);
	const request = {files, layout, architecture, given, now: system.now()};
	const rough = describeSystem({...request, self: provisionalSelf(unhashed)});
	const minimumSize = (sizes: ContentSizes) => (sectorSize: number) =>
		minimumDiskSize({sizes, settings: layout, sectorSize});
	const isRoomy = isFound(looked) && looked.size >= minimumSize(rough.sizes)(looked.sectorSize);
	const hash = async () =>
		describeSystem({...request, self: await hashSelf(unhashed, signal, report)});
	const early = isRoomy && !dryRun ? undefined : await hash();
	const {sizes} = isRoomy ? rough : (early ?? rough);
	// Hashing takes long enough for others to use the disk.
	const found = early === undefined ? looked : await inspectDisk(system, options.disk);
	const disk = accept(found, refusalsOf(system, found, options, minimumSize(sizes)));
	const target = {path: disk.realPath, sectorSize: disk.sectorSize};
	const {sink, canEnableVerity} = chooseSink(system, target, rootFileSystem);
	const seed = randomUUID();
	const plan = (described: DescribedSystem): PlannedContent => {
		const planned = planInstall({
			disk,
			settings: layout,
			sizes,
			architecture: architecture.partition,
			seed,
			image: described.image,
			deployment: described.deployment,
			canEnableVerity,
		});
		return {plan: planned, content: described.contentFor(planned)};
	};
	const isOnePass = early === undefined && sink.writeUnhashed !== undefined;
	const planned = plan(isOnePass ? rough : (early ?? (await hash())));
	await sink.check(planned.content, partitionOfRole(planned.plan.disks[0].layout, 'root'));
	return {...planned, sink, unhashed: isOnePass ? lateContent(unhashed, request, plan) : undefined};
}

/** What is known when the files are hashed and written. */
function lateContent(
	self: UnhashedSelf,
	request: Omit<SystemRequest, 'self'>,
	plan: (described: DescribedSystem) => PlannedContent,
): UnhashedContent<PlannedContent> {
	return {
		files: self.objects.map(({path, inode}) => ({path, size: inode.size})),
		describe: async (digests) =>
			plan(describeSystem({...request, self: await hashOthers(self, digests)})),
	};
}

/** Reads them from an image that makes a machine. @throws Refused with all that speaks against it */
async function readFitImage(
	{path, tree}: RunningRoot,
	architecture: Architecture,
): Promise<InstallFiles> {
	const covered = new Set(readMountPoints());
	const [files, refusals] = await Promise.all([
		readInstallFiles(path, architecture).catch(refusedAsValue),
		findImageRefusals(new ImageRoot('/', covered), tree.root),
	]);
	if (!(files instanceof Refused)) {
		throwRefusals(refusals);
		return files;
	}
	throwRefusals([files, ...refusals]);
	throw files;
}

function refusedAsValue(error: unknown): Refused {
	if (error instanceof Refused) return error;
	throw error;
}

/** All that speaks against a disk. @param minimumSize by sector size; left out as long as it is not known */
function refusalsOf(
	system: System,
	disk: DiskInventory,
	{wipe}: InstallOptions,
	minimumSize: (sectorSize: number) => number = () => 0,
): readonly EngineError[] {
	return findRefusals(disk, {
		wipe,
		minimumSize: isFound(disk) ? minimumSize(disk.sectorSize) : 0,
		capabilities: system.capabilities(),
		neededCapabilities: disk.kind === 'file' ? [] : mountingCapabilities,
	});
}

/** @throws Refused or Lacking with the refusals, if there are any */
function accept(disk: DiskInventory, refusals: readonly EngineError[]): FoundDisk {
	throwRefusals(refusals);
	if (!isFound(disk)) throw new TypeError(`${disk.path} is no disk, and nothing said so`);
	return disk;
}
