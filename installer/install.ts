/**
 * An image installs itself: reads the root that this process runs in, decides, and writes a disk.
 * Everything that can be refused is refused before the first write.
 */
import {randomUUID} from 'node:crypto';
import type {EngineError} from '../engine/errors.ts';
import type {ProgressReporter} from '../engine/progress.ts';
import {openRunningRoot, type RunningRoot} from '../engine/source/running-root.ts';
import type {System} from '../engine/system/system.ts';
import {type Architecture, hostArchitecture} from './architecture.ts';
import {carelessFile} from './bootstrap/careless-file.ts';
import {ImageTree} from './bootstrap/image-tree.ts';
import {plannedBootstrap} from './bootstrap/plan-bootstrap.ts';
import {type ReadContents, readContents} from './bootstrap/source-contents.ts';
import {describeSystem} from './describe-system.ts';
import {surelyEnough} from './disk/content-sizes.ts';
import {type DiskInventory, type FoundDisk, inspectDisk} from './disk/inventory.ts';
import {minimumDiskSize} from './disk/layout.ts';
import {findRefusals, isFound, mountingCapabilities, throwRefusals} from './disk/refusals.ts';
import {readFitImage} from './fit-image.ts';
import type {InstallFiles} from './install-files.ts';
import {checkSettings, type GivenSettings, type InstallOptions} from './install-options.ts';
import {orInterrupted} from './interruption.ts';
import {type InstallPlan, partitionOfRole, planInstall} from './plan.ts';
import {checkPrograms} from './programs.ts';
import {type PlanRun, runPlan} from './run-plan.ts';
import {readSelf, type SelfImage} from './self-image.ts';
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
		const contents = await readAnswers(options, report);
		const {disk: found, refusals} = await inspect(system, options);
		const disk = accept(found, refusals.every(mayBeTooSmallToo) ? [] : refusals);
		using _lock = dryRun ? undefined : await lockDisk(system, disk, signal, report);
		using root = openRunningRoot(system);
		if (disk.size >= surelyEnough(root.tree.files)) throwRefusals(refusals);
		const run = await decide(system, options, {given, contents}, root, report);
		const warnings = dryRun ? [] : run.plan.warnings;
		for (const {code, message, hint} of [...root.findings, ...warnings])
			report({type: 'warning', code, message, hint});
		if (!dryRun) await runPlan(system, run, signal, report);
		return {plan: run.plan};
	} catch (error) {
		throw orInterrupted(error, signal, `nothing was changed on ${options.disk}`);
	}
}

/** The size that is needed is known late: until then a disk that holds data is refused only if it is large. */
const mayBeTooSmallToo = ({code}: EngineError): boolean => code === 'holds-data';

/** Reads what the answers name, before anything that takes long. @throws the mistakes in them */
async function readAnswers(
	{answers, signal}: InstallOptions,
	report: ProgressReporter,
): Promise<ReadContents> {
	const places = {credentials: process.env.CREDENTIALS_DIRECTORY, fetch, signal};
	const {contents, problems, careless} = await readContents(answers, places);
	throwRefusals(problems);
	for (const file of careless) report(carelessFile(file));
	return contents;
}

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

/** Reads the image, checks all that can be checked and plans; nothing is written. */
async function decide(
	system: System,
	options: InstallOptions,
	{given, contents}: {readonly given: GivenSettings; readonly contents: ReadContents},
	root: RunningRoot,
	report: ProgressReporter,
): Promise<PlanRun> {
	const architecture = hostArchitecture();
	const {files, self} = await readImage(root, architecture, options.signal, report);
	const rootFileSystem = options.rootFileSystem ?? files.layout.rootFileSystem;
	const layout = {rootFileSystem, espSize: options.espSize ?? files.layout.espSize};
	checkPrograms(rootFileSystem);
	const now = system.now();
	const bootstrap = plannedBootstrap({
		answers: options.answers,
		image: new ImageTree(self.root, self.sources),
		contents,
		contexts: self.image.contexts,
		now,
	});
	const described = describeSystem({files, self, layout, architecture, given, bootstrap, now});
	const {deployment, image, sizes} = described;
	const {disk: found, refusals} = await inspect(system, options, (sectorSize) =>
		minimumDiskSize({sizes, settings: layout, sectorSize}),
	);
	const disk = accept(found, [...bootstrap.problems, ...refusals]);
	const target = {path: disk.realPath, sectorSize: disk.sectorSize};
	const {sink, canEnableVerity} = chooseSink(system, target, rootFileSystem);
	const plan = planInstall({
		disk,
		settings: layout,
		sizes,
		architecture: architecture.partition,
		seed: randomUUID(),
		image,
		bootstrap: described.bootstrap,
		deployment,
		canEnableVerity,
	});
	const content = described.contentFor(plan);
	await sink.check(content, partitionOfRole(plan.disks[0].layout, 'root'));
	return {plan, content, sink};
}

/** Looks whether the image makes a machine while it is being hashed; what speaks against it ends both. */
async function readImage(
	root: RunningRoot,
	architecture: Architecture,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<{readonly files: InstallFiles; readonly self: SelfImage}> {
	const stop = new AbortController();
	const hashing = readSelf(root.tree, AbortSignal.any([signal, stop.signal]), report);
	try {
		const [files, self] = await Promise.all([readFitImage(root, architecture), hashing]);
		return {files, self};
	} catch (error) {
		stop.abort(error);
		await Promise.allSettled([hashing]);
		throw error;
	}
}

/** All that speaks against a disk. @param minimumSize by sector size; left out as long as it is not known */
async function inspect(
	system: System,
	{disk: path, wipe}: InstallOptions,
	minimumSize: (sectorSize: number) => number = () => 0,
): Promise<{readonly disk: DiskInventory; readonly refusals: readonly EngineError[]}> {
	const disk = await inspectDisk(system, path);
	const refusals = findRefusals(disk, {
		wipe,
		minimumSize: isFound(disk) ? minimumSize(disk.sectorSize) : 0,
		capabilities: system.capabilities(),
		neededCapabilities: disk.kind === 'file' ? [] : mountingCapabilities,
	});
	return {disk, refusals};
}

/** @throws Refused or Lacking with the refusals, if there are any */
function accept(disk: DiskInventory, refusals: readonly EngineError[]): FoundDisk {
	throwRefusals(refusals);
	if (!isFound(disk)) throw new TypeError(`${disk.path} is no disk, and nothing said so`);
	return disk;
}
