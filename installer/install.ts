/**
 * An image installs itself: reads the root that this process runs in, decides, and writes a disk.
 * Everything that can be refused is refused before the first write.
 */
import {randomUUID} from 'node:crypto';
import {findGrub} from '../engine/boot/grub/read-images.ts';
import type {EngineError} from '../engine/errors.ts';
import type {ProgressReporter} from '../engine/progress.ts';
import {isLiveSystem} from '../engine/source/live-root.ts';
import {openRunningRoot, type RunningRoot} from '../engine/source/running-root.ts';
import type {System} from '../engine/system/system.ts';
import type {Secret} from './answers/secret.ts';
import {hostArchitecture} from './architecture.ts';
import {ImageTree} from './bootstrap/image-tree.ts';
import {plannedBootstrap} from './bootstrap/plan-bootstrap.ts';
import {type SealedCredentials, sealCredentials} from './bootstrap/seal-credentials.ts';
import type {ReadContents} from './bootstrap/source-contents.ts';
import type {UnhashedContent} from './content.ts';
import {type DescribedSystem, describeSystem, type SystemRequest} from './describe-system.ts';
import {surelyEnough} from './disk/content-sizes.ts';
import {startsByBios} from './disk/firmware.ts';
import type {DiskInventory, FoundDisk} from './disk/inventory.ts';
import type {RootFileSystem} from './disk/layout-settings.ts';
import {isFound, throwRefusals} from './disk/refusals.ts';
import type {DiskTarget} from './disk/sfdisk.ts';
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
import {readLiveNetwork} from './live/read-network.ts';
import {memorySize} from './machine/hardware.ts';
import {usualFirmware} from './machine/usual-firmware.ts';
import {type InstallPlan, partitionOfRole, planInstall, rootOverhead} from './plan.ts';
import {type PreparedRoot, prepareRoot} from './prepare-root.ts';
import {checkPrograms} from './programs.ts';
import {readAnswers} from './read-answers.ts';
import {type PlannedContent, type PlanRun, runPlan} from './run-plan.ts';
import {InstallScripts} from './scripts/install-scripts.ts';
import {plannedScripts} from './scripts/planned-scripts.ts';
import {findScriptProblems} from './scripts/script-problems.ts';
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
	/** Opens an encrypted root; to be shown once, when it was written nowhere. */
	readonly recoveryKey: Secret | undefined;
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
	const {signal, dryRun, disk, answers} = options;
	if (dryRun) return await planOrInstall(system, options, undefined, report);
	using scripts = new InstallScripts(system, {scripts: answers.scripts, disk, signal}, report);
	try {
		await scripts.beforeLooking();
		return await planOrInstall(system, options, scripts, scripts.report);
	} catch (error) {
		await scripts.afterFailure(error);
		throw error;
	}
}

/** @param scripts of an installation; there are none for a plan */
async function planOrInstall(
	system: System,
	options: InstallOptions,
	scripts: InstallScripts | undefined,
	report: ProgressReporter,
): Promise<InstallResult> {
	const {signal, dryRun} = options;
	try {
		const given = checkSettings(options);
		const contents = await readAnswers(options, report);
		const target = await inspectTarget(system, targetOptions(options));
		const refusals = refusalsOf(system, target, targetOptions(options));
		const disks = accept(target, refusals.every(mayBeTooSmallToo) ? [] : refusals);
		const [disk] = disks;
		using locks = new DisposableStack();
		for (const one of dryRun ? [] : disks) locks.use(await lockDisk(system, one, signal, report));
		using root = openRunningRoot(system);
		if (disk.size >= surelyEnough(root.tree.files)) throwRefusals(refusals);
		const run = await decide(system, options, {given, contents}, root, report);
		const warnings = dryRun ? [] : run.plan.warnings;
		for (const {code, message, hint} of [...root.findings, ...warnings])
			report({type: 'warning', code, message, hint});
		if (scripts === undefined) return {plan: run.plan, recoveryKey: undefined};
		await scripts.beforeWriting();
		return await runPlan(system, {...run, ...finishing(scripts, options)}, signal, report);
	} catch (error) {
		throw orInterrupted(error, signal, `nothing was changed on ${options.disk}`);
	}
}

/** The root is mounted only for scripts that need it. */
function finishing(
	scripts: InstallScripts,
	{answers}: InstallOptions,
): Pick<PlanRun, 'finishRoot'> {
	if (answers.scripts.post.length === 0) return {};
	return {finishRoot: (source) => scripts.inNewSystem(source)};
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

/** What is decided before the disk is looked at for good. */
interface Preparation {
	readonly unhashed: UnhashedSelf;
	readonly request: Omit<SystemRequest, 'self'>;
	/** Mistakes in the answers that only the image tells. */
	readonly problems: readonly EngineError[];
	readonly target: InstallTarget;
	readonly wishes: StorageWishes;
	/** All identifiers of the machine follow from it. */
	readonly seed: string;
	readonly onDisk: PreparedRoot;
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
	const prepared = await prepare(system, options, asked, root);
	const {unhashed, request, problems, target, wishes, seed, onDisk} = prepared;
	const {architecture, layout: settings} = request;
	const rough = describeSystem({...request, self: provisionalSelf(unhashed)});
	const hash = async () =>
		describeSystem({...request, self: await hashSelf(unhashed, options.signal, report)});
	const needs = ({sizes}: DescribedSystem) => ({
		sizes,
		settings,
		wishes,
		architecture: architecture.partition,
		rootOverhead: rootOverhead(onDisk),
		seed,
	});
	const isRoomy = isRoomyFor(target, needs(rough));
	const early = isRoomy && !options.dryRun ? undefined : await hash();
	const exact = isRoomy ? rough : (early ?? rough);
	// Hashing takes long enough for others to use the disk.
	const found = early === undefined ? target : await inspectTarget(system, targetOptions(options));
	const refusals = refusalsOf(system, found, targetOptions(options), needs(exact));
	const [disk, ...others] = accept(found, [...problems, ...refusals]);
	const place = diskTarget(disk);
	const volume = onDisk.volumeOn([place, ...others.map(diskTarget)]);
	const {sink, canEnableVerity} = chooseSink(
		system,
		place,
		settings.rootFileSystem,
		volume?.target,
	);
	for (const type of otherFileSystems(wishes)) checkMountable(system, type);
	const plan = (described: DescribedSystem): PlannedContent => {
		const planned = planInstall({
			...needs(exact),
			disk,
			others,
			sharing: found.sharing,
			encryption: onDisk.encryption,
			mirror: onDisk.mirror,
			warnings: onDisk.warnings,
			image: described.image,
			bootstrap: described.bootstrap,
			deployment: described.deployment,
			canEnableVerity,
		});
		return {plan: planned, content: described.contentFor(planned)};
	};
	const isOnePass = early === undefined && sink.writeUnhashed !== undefined;
	const planned = plan(isOnePass ? rough : (early ?? (await hash())));
	const partition = partitionOfRole(planned.plan.disks[0].layout, 'root');
	await sink.check(planned.content, volume?.placeOf(partition) ?? partition);
	return {
		...planned,
		sink,
		volume,
		unhashed: isOnePass ? lateContent(unhashed, request, plan) : undefined,
	};
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
	const firmware = options.firmware ?? usualFirmware(architecture.partition);
	const espSize = options.espSize ?? files.layout.espSize;
	const layout = {rootFileSystem, espSize, firmware};
	const grub = startsByBios(firmware) ? await findGrub(root.path) : undefined;
	const {storage} = options.answers;
	const diskSize = isFound(target.disk) ? target.disk.size : 0;
	const wishes = wishedStorage(storage, {memory: memorySize(), diskSize});
	checkPrograms({
		fileSystems: [rootFileSystem, ...otherFileSystems(wishes)],
		encrypts: storage.encryption !== undefined,
		mirrors: options.mirror.length > 0,
	});
	const seed = randomUUID();
	const imagePath = root.path;
	const onDisk = await prepareRoot(system, {options, contents, seed, imagePath, files});
	const unhashed = await prepareSelf(root.tree);
	const now = system.now();
	const bootstrap = plannedBootstrap({
		answers: options.answers,
		image: new ImageTree(root.tree.root, unhashed.sources),
		contents,
		sealed: await sealedFor(system, options, contents, target.disk),
		liveNetwork: isLiveSystem() ? readLiveNetwork() : undefined,
		contexts: unhashed.deployment.contexts,
		now,
	});
	const {scripts} = options.answers;
	const items = [...bootstrap.items, ...plannedScripts(scripts)];
	const kernelArguments = [...given.kernelArguments, ...storageArguments(storage, seed)];
	const request = {
		...{files, layout, grub, architecture, now},
		place: placeName(target),
		given: {...given, kernelArguments},
		rootArguments: onDisk.kernelArguments,
		bootstrap: {...bootstrap, items},
	};
	const problems = [
		...onDisk.problems,
		...bootstrap.problems,
		...findScriptProblems(system, scripts, rootFileSystem),
	];
	return {unhashed, request, problems, target, wishes, seed, onDisk};
}

const diskTarget = ({realPath: path, sectorSize}: FoundDisk): DiskTarget => ({path, sectorSize});

function targetOptions(options: InstallOptions): TargetOptions {
	const {disk: path, mirror, wipe, mayReplace = true, plannedDisk, answers} = options;
	return {path, mirror, wipe, mayReplace, plannedDisk, storage: answers.storage};
}

/** File systems of further partitions that are made, where they are said. */
function otherFileSystems({further}: StorageWishes): readonly RootFileSystem[] {
	return further.flatMap(({fileSystem, existing}) =>
		fileSystem === undefined || existing?.format === false ? [] : fileSystem,
	);
}

/** Only on the machine that will have them, and that is not certain of a container that writes some disk. */
async function sealedFor(
	system: System,
	{answers: {credentials, storage}}: InstallOptions,
	contents: ReadContents,
	disk: DiskInventory,
): Promise<SealedCredentials> {
	const isThisMachine = isLiveSystem() || storage.encryption?.tpm2 !== undefined;
	if (!isThisMachine || disk.kind === 'file') return new Map();
	return await sealCredentials(system, credentials, contents);
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
function accept(
	{disk, others}: InstallTarget,
	refusals: readonly EngineError[],
): readonly [FoundDisk, ...FoundDisk[]] {
	throwRefusals(refusals);
	return [foundDisk(disk), ...others.map(foundDisk)];
}

function foundDisk(disk: DiskInventory): FoundDisk {
	if (!isFound(disk)) throw new TypeError(`${disk.path} is no disk, and nothing said so`);
	return disk;
}
