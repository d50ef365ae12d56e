/**
 * An image installs itself into file systems that somebody else made and mounted, perhaps beside the
 * system that is on them. Everything that can be refused is refused before the first write.
 */
import {
	type FirmwareVariables,
	openFirmwareVariables,
} from '../../engine/boot/firmware/firmware-variables.ts';
import {readOfferedLoader} from '../../engine/boot/read-loaders.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import {openRunningRoot, type RunningRoot} from '../../engine/source/running-root.ts';
import {readMounts} from '../../engine/system/mount-points.ts';
import type {System} from '../../engine/system/system.ts';
import type {Answers} from '../answers/answers.ts';
import {hostArchitecture} from '../architecture.ts';
import {ImageTree} from '../bootstrap/image-tree.ts';
import {plannedBootstrap} from '../bootstrap/plan-bootstrap.ts';
import type {ReadContents} from '../bootstrap/source-contents.ts';
import type {SystemContent} from '../content.ts';
import {type DescribedSystem, describeSystem} from '../describe-system.ts';
import {defaultLayoutSettings, isRootFileSystem} from '../disk/layout-settings.ts';
import {readFitImage} from '../fit-image.ts';
import type {InstallFiles} from '../install-files.ts';
import {checkSettings, type GivenSettings} from '../install-options.ts';
import {orInterrupted} from '../interruption.ts';
import {machineMountsFile} from '../machine-mounts.ts';
import {readAnswers} from '../read-answers.ts';
import {runningImage} from '../readable-image.ts';
import {hashSelf, prepareSelf, type UnhashedSelf} from '../self-image.ts';
import {throwRefusals} from '../several-refusals.ts';
import {findCarriedRefusals} from '../takeover/carry/carried-refusals.ts';
import {withCarried} from '../takeover/carry/carry-over.ts';
import {type PreparedTakeover, prepareTakeover} from '../takeover/prepare-takeover.ts';
import {type BootContentsBefore, entriesOfRoot, readBootBefore} from './boot-contents.ts';
import {
	isOwnSigned,
	othersFiles,
	sortBootFiles,
	withoutOthersPlaces,
	withoutOthersSettings,
} from './boot-files.ts';
import {checkBootFits} from './boot-room.ts';
import {bootFstab, otherFstab, refusalsOfPlaces, withFstab} from './fstab-answer.ts';
import {checkImageForTarget} from './image-for-target.ts';
import type {MountedOptions} from './mounted-options.ts';
import {type MountedPlan, planMounted} from './mounted-plan.ts';
import {withFolderMounts, withState} from './mounted-state.ts';
import {type MountedTargets, readTargets} from './mounted-targets.ts';
import {type OpenBoot, openBoot} from './open-boot.ts';
import {sweptBytes, withReclaimed} from './reclaimed-room.ts';
import {checkRootRoom} from './room.ts';
import {type MountedRun, runMounted} from './run-mounted.ts';
import {volumeArguments} from './volumes.ts';

/**
 * Doubts about the tree are reported, and the plan's warnings too unless it is only a plan that is wanted.
 * @throws Refused, Lacking or UsageError with nothing changed; after anything else, what was there boots as
 * before, and a second run begins anew
 */
export async function installMounted(
	system: System,
	options: MountedOptions,
	report: ProgressReporter,
): Promise<MountedPlan> {
	const {signal, dryRun} = options;
	try {
		const given = checkSettings(options);
		const contents = await readAnswers(options, report);
		const targets = await readTargets(system, options);
		using firmware = options.takeover && openFirmwareVariables(system);
		using boot = await openBoot(system, targets.boot);
		using root = openRunningRoot(system);
		const asked = {options, given, contents};
		const run = await decide(system, asked, {targets, boot, root, firmware}, report);
		const warnings = dryRun ? [] : run.plan.warnings;
		for (const {code, message, hint} of [...root.findings, ...warnings])
			report({type: 'warning', code, message, hint});
		if (!dryRun) await runMounted(system, run, signal, report);
		return run.plan;
	} catch (error) {
		throw orInterrupted(error, signal, `nothing was changed on ${options.root}`);
	}
}

interface Asked {
	readonly options: MountedOptions;
	readonly given: GivenSettings;
	readonly contents: ReadContents;
}

/** All that a decision is made from. */
interface Found {
	readonly targets: MountedTargets;
	readonly boot: OpenBoot;
	readonly root: RunningRoot;
	readonly firmware: FirmwareVariables | undefined;
}

/** Reads the image and what is there, checks and plans; nothing is written. */
async function decide(
	system: System,
	asked: Asked,
	found: Found,
	report: ProgressReporter,
): Promise<MountedRun> {
	const {options} = asked;
	const {targets, boot, root, firmware} = found;
	const {efi} = hostArchitecture();
	const prepared = await prepare(asked, found);
	const {before, takeover} = prepared;
	const described = await describe(system, asked, found, prepared, report);
	const {root: target} = targets;
	const request = {
		...targets,
		room: checkRootRoom(
			options.replace === 'wipe'
				? {...target, freeBytes: target.size}
				: await withReclaimed(target),
			described.sizes,
		),
		image: described.image,
		bootstrap: described.bootstrap,
		deployment: described.deployment,
		takeover: takeover?.planned,
	};
	const content = described.contentFor(planMounted({...request, bootFiles: [], othersFiles: []}));
	const {esp, kernels} = sortBootFiles(content.bootFiles);
	const ours = withoutOthersPlaces(esp, before.places, await readOfferedLoader(root.path, efi));
	// A system that is taken over has no say in what starts first any more.
	const espFiles = takeover ? ours : withoutOthersSettings(ours, before.settings);
	const staleEntries =
		options.replace === 'wipe' ? entriesOfRoot(before.entries, target.uuid ?? '') : [];
	checkBootFits(
		targets.boot,
		before,
		{esp: espFiles, kernels: [...kernels, ...content.bootEntries]},
		sweptBytes(before, staleEntries),
	);
	const bootFiles = [...kernels, ...espFiles, ...content.bootEntries].map(({path}) => path);
	return {
		plan: planMounted({
			...request,
			bootFiles,
			othersFiles: othersFiles(esp, espFiles, before.places),
		}),
		content: withAdditions(content, targets, takeover),
		root: target.realPath,
		mountPoints: readMounts().map(({path}) => path),
		varMount: targets.varMount,
		esp: boot.esp.partition,
		espFiles,
		kernels: boot.kernels.partition,
		kernelFiles: kernels,
		staleEntries,
		previousEntry: takeover && {
			file: takeover.previousEntry,
			partition: (takeover.isEntryOnEsp ? boot.esp : boot.kernels).partition,
		},
		firmware: firmware && {variables: firmware, changes: takeover?.changes ?? []},
	};
}

interface Prepared {
	readonly files: InstallFiles;
	readonly before: BootContentsBefore;
	readonly unhashed: UnhashedSelf;
	readonly image: ImageTree;
	readonly takeover: PreparedTakeover | undefined;
}

/** Reads all but the contents of the image's files. */
async function prepare({options}: Asked, found: Found): Promise<Prepared> {
	const {targets, boot, root, firmware} = found;
	const architecture = hostArchitecture();
	const running = runningImage(root);
	const files = await readFitImage(running, architecture);
	const before = await readBootBefore(boot.esp, boot.kernels, architecture.efi);
	throwRefusals(await checkImageForTarget(targets, before, files));
	const unhashed = await prepareSelf(root.tree, running.environment);
	const image = new ImageTree(root.tree.root, unhashed.sources);
	throwRefusals(refusalsOfPlaces(targets.others, image));
	const takeover =
		firmware &&
		(await prepareTakeover({
			...targets,
			before,
			image,
			kinds: options.takeover ?? new Set(),
			firmware,
			architecture: architecture.efi,
			isSigned: isOwnSigned(before.places, await readOfferedLoader(root.path, architecture.efi)),
			title: files.osRelease.prettyName,
		}));
	return {files, before, unhashed, image, takeover};
}

/** Hashes the image, and says what the machine will be. */
async function describe(
	system: System,
	{options, given, contents}: Asked,
	{targets}: Found,
	{files, unhashed, image, takeover}: Prepared,
	report: ProgressReporter,
): Promise<DescribedSystem> {
	const now = system.now();
	const answers = answersFor(options, targets, image, takeover);
	const {contexts} = unhashed.deployment;
	const bootstrap = plannedBootstrap({answers, image, contents, contexts, now});
	const lost = takeover === undefined ? [] : findCarriedRefusals(answers, takeover.states, image);
	throwRefusals([...bootstrap.problems, ...lost]);
	const {type} = targets.root.mount;
	const place =
		takeover === undefined ? 'file systems made by others' : `beside ${takeover.planned.title}`;
	return describeSystem({
		files,
		self: await hashSelf(unhashed, options.signal, report),
		layout: {
			...defaultLayoutSettings,
			...(isRootFileSystem(type) && {rootFileSystem: type}),
		},
		place,
		architecture: hostArchitecture(),
		given: withFoundArguments(given, targets, takeover),
		bootstrap,
		now,
	});
}

function withAdditions(
	content: SystemContent,
	{machineMounts}: MountedTargets,
	takeover: PreparedTakeover | undefined,
): SystemContent {
	const carried = takeover?.states.flatMap((state) => state.answers.mounts ?? []) ?? [];
	return withState(withFolderMounts(content, carried), [
		...(machineMounts.length > 0 ? [machineMountsFile(machineMounts)] : []),
		...(takeover === undefined ? [] : [takeover.record]),
	]);
}

function answersFor(
	{answers, bootMountSpec}: MountedOptions,
	{boot, others}: MountedTargets,
	image: ImageTree,
	takeover: PreparedTakeover | undefined,
): Answers {
	const states = takeover?.states ?? [];
	const lines = [
		...bootFstab(boot, image, bootMountSpec),
		...otherFstab(others, image),
		...states.flatMap((state) => state.answers.fstab ?? []),
	];
	return withFstab(withCarried(answers, states), image, lines);
}

/** Those by which the root is found, and by which interfaces keep their names. */
function withFoundArguments(
	given: GivenSettings,
	{root}: MountedTargets,
	takeover: PreparedTakeover | undefined,
): GivenSettings {
	const carried = takeover?.states.flatMap((state) => state.answers.kernelArguments ?? []) ?? [];
	const source = takeover?.planned.title ?? '';
	return {
		...given,
		kernelArguments: [
			...volumeArguments(root.device, root.volumes),
			...carried.map((argument) => ({argument, source})),
			...given.kernelArguments,
		],
	};
}
