/**
 * An image installs itself: reads the root that this process runs in, decides, and writes a disk.
 * Everything that can be refused is refused before the first write.
 */
import {randomUUID} from 'node:crypto';
import type {EngineError} from '../engine/errors.ts';
import type {ProgressReporter} from '../engine/progress.ts';
import {openRunningRoot, type RunningRoot} from '../engine/source/running-root.ts';
import type {System} from '../engine/system/system.ts';
import {hostArchitecture} from './architecture.ts';
import {carelessFile} from './bootstrap/careless-file.ts';
import {ImageTree} from './bootstrap/image-tree.ts';
import {plannedBootstrap} from './bootstrap/plan-bootstrap.ts';
import {type ReadContents, readContents} from './bootstrap/source-contents.ts';
import type {UnhashedContent} from './content.ts';
import {type DescribedSystem, describeSystem, type SystemRequest} from './describe-system.ts';
import {surelyEnough} from './disk/content-sizes.ts';
import type {DiskInventory, FoundDisk} from './disk/inventory.ts';
import type {RootFileSystem} from './disk/layout-settings.ts';
import {isFound, throwRefusals} from './disk/refusals.ts';
import type {StorageWishes} from './disk/storage-wishes.ts';
import {readFitImage} from './fit-image.ts';
import {checkSettings, type GivenSettings, type InstallOptions} from './install-options.ts';
import {
	type InstallTarget,
	inspectTarget,
	isRoomyFor,
	placeName,
	refusalsOf,
	type TargetOptions,
} from './install-target.ts';
import {orInterrupted} from './interruption.ts';
import {memorySize} from './machine/hardware.ts';
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
import {checkMountable, chooseSink} from './sink/choose.ts';
import {storageArguments, wishedStorage} from './wished-storage.ts';

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
		const target = await inspectTarget(system, targetOptions(options));
		const refusals = refusalsOf(system, target, targetOptions(options));
		const disk = accept(target.disk, refusals.every(mayBeTooSmallToo) ? [] : refusals);
		using _lock = dryRun ? undefined : await lockDisk(system, disk, signal, report);
		using root = openRunningRoot(system);
		if (disk.size >= surelyEnough(root.tree.files)) throwRefusals(refusals);
		const run = await decide(system, options, {given, contents}, root, report);
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

/** What is decided before the disk is looked at for good. */
interface Preparation {
	readonly unhashed: UnhashedSelf;
	readonly request: Omit<SystemRequest, 'self'>;
	/** Mistakes in the answers that only the image tells. */
	readonly problems: readonly EngineError[];
	readonly target: InstallTarget;
	readonly wishes: StorageWishes;
	readonly seed: string;
}

/**
 * Reads the image, checks all that can be checked and plans; nothing is written. Files are hashed only when
 * the disk may be too small without knowing which are the same, when the disk cannot be written in the same
 * pass, and for a plan that is only shown.
 */
async function decide(
	system: System,
	options: InstallOptions,
	asked: {readonly given: GivenSettings; readonly contents: ReadContents},
	root: RunningRoot,
	report: ProgressReporter,
): Promise<PlanRun> {
	const {unhashed, request, problems, target, wishes, seed} = await prepare(
		system,
		options,
		asked,
		root,
	);
	const {architecture, layout: settings} = request;
	const rough = describeSystem({...request, self: provisionalSelf(unhashed)});
	const hash = async () =>
		describeSystem({...request, self: await hashSelf(unhashed, options.signal, report)});
	const needs = ({sizes}: DescribedSystem) => ({
		sizes,
		settings,
		wishes,
		architecture: architecture.partition,
		seed,
	});
	const isRoomy = isRoomyFor(target, needs(rough));
	const early = isRoomy && !options.dryRun ? undefined : await hash();
	const exact = isRoomy ? rough : (early ?? rough);
	// Hashing takes long enough for others to use the disk.
	const found = early === undefined ? target : await inspectTarget(system, targetOptions(options));
	const refusals = refusalsOf(system, found, targetOptions(options), needs(exact));
	const disk = accept(found.disk, [...problems, ...refusals]);
	const place = {path: disk.realPath, sectorSize: disk.sectorSize};
	const {sink, canEnableVerity} = chooseSink(system, place, settings.rootFileSystem);
	for (const type of otherFileSystems(wishes)) checkMountable(system, type);
	const plan = (described: DescribedSystem): PlannedContent => {
		const planned = planInstall({
			...needs(exact),
			disk,
			sharing: found.sharing,
			image: described.image,
			bootstrap: described.bootstrap,
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

/** Reads the image but for the contents of its files. @throws Refused when it makes no machine */
async function prepare(
	system: System,
	options: InstallOptions,
	{given, contents}: {readonly given: GivenSettings; readonly contents: ReadContents},
	root: RunningRoot,
): Promise<Preparation> {
	const architecture = hostArchitecture();
	// Read again: whoever had it locked until now may have written to it.
	const [files, target] = await Promise.all([
		readFitImage(root, architecture),
		inspectTarget(system, targetOptions(options)),
	]);
	const rootFileSystem = options.rootFileSystem ?? files.layout.rootFileSystem;
	const layout = {rootFileSystem, espSize: options.espSize ?? files.layout.espSize};
	const {storage} = options.answers;
	const diskSize = isFound(target.disk) ? target.disk.size : 0;
	const wishes = wishedStorage(storage, {memory: memorySize(), diskSize});
	const seed = randomUUID();
	checkPrograms([rootFileSystem, ...otherFileSystems(wishes)]);
	const unhashed = await prepareSelf(root.tree);
	const now = system.now();
	const bootstrap = plannedBootstrap({
		answers: options.answers,
		image: new ImageTree(root.tree.root, unhashed.sources),
		contents,
		contexts: unhashed.deployment.contexts,
		now,
	});
	const kernelArguments = [...given.kernelArguments, ...storageArguments(storage, seed)];
	const request = {
		files,
		layout,
		place: placeName(target),
		architecture,
		given: {...given, kernelArguments},
		bootstrap,
		now,
	};
	return {unhashed, request, problems: bootstrap.problems, target, wishes, seed};
}

function targetOptions({disk, wipe, mayReplace, answers}: InstallOptions): TargetOptions {
	return {path: disk, wipe, mayReplace: mayReplace ?? true, storage: answers.storage};
}

/** File systems of further partitions that are made, where they are said. */
function otherFileSystems({further}: StorageWishes): readonly RootFileSystem[] {
	return further.flatMap(({fileSystem, existing}) =>
		fileSystem === undefined || existing?.format === false ? [] : fileSystem,
	);
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

/** @throws Refused or Lacking with the refusals, if there are any */
function accept(disk: DiskInventory, refusals: readonly EngineError[]): FoundDisk {
	throwRefusals(refusals);
	if (!isFound(disk)) throw new TypeError(`${disk.path} is no disk, and nothing said so`);
	return disk;
}
