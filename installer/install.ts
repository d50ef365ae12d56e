/**
 * An image installs itself: reads the root that this process runs in, decides, and writes a disk.
 * Everything that can be refused is refused before the first write.
 */
import {randomUUID} from 'node:crypto';
import type {EngineError} from '../engine/errors.ts';
import type {ProgressReporter} from '../engine/progress.ts';
import {isLiveSystem} from '../engine/source/live-root.ts';
import {openRunningRoot, type RunningRoot} from '../engine/source/running-root.ts';
import {HashAhead} from '../engine/store/hash-ahead.ts';
import type {System} from '../engine/system/system.ts';
import type {Secret} from './answers/secret.ts';
import {hostArchitecture} from './architecture.ts';
import {type SealedCredentials, sealCredentials} from './bootstrap/seal-credentials.ts';
import type {ReadContents} from './bootstrap/source-contents.ts';
import {acceptDisks, decideInstall, targetOptions} from './decide-install.ts';
import {surelyEnough} from './disk/content-sizes.ts';
import type {DiskInventory, FoundDisk} from './disk/inventory.ts';
import {isFound} from './disk/refusals.ts';
import {readFitImage} from './fit-image.ts';
import {checkSettings, type InstallOptions} from './install-options.ts';
import {inspectTarget, placeName, refusalsOf} from './install-target.ts';
import {orInterrupted} from './interruption.ts';
import {memorySize} from './machine/hardware.ts';
import type {InstallPlan} from './plan.ts';
import {type AskedFor, prepareInstall} from './prepare-install.ts';
import {readAnswers} from './read-answers.ts';
import {runningImage} from './readable-image.ts';
import {type PlanRun, runPlan} from './run-plan.ts';
import {InstallScripts} from './scripts/install-scripts.ts';
import {algorithm} from './self-image.ts';
import {throwRefusals} from './several-refusals.ts';

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
		const disks = acceptDisks(target, refusals.every(mayBeTooSmallToo) ? [] : refusals);
		const [disk] = disks;
		using locks = new DisposableStack();
		for (const one of dryRun ? [] : disks) locks.use(await lockDisk(system, one, signal, report));
		await using ahead = new HashAhead(algorithm);
		using root = openRunningRoot(system, ({path, inode}) => ahead.add({path, size: inode.size}));
		if (disk.size >= surelyEnough(root.tree.files)) throwRefusals(refusals);
		const run = await decide(system, options, {given, contents}, {root, ahead}, report);
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

/** Reads the image and looks at the disks again, which whoever had them locked until now may have written to. */
async function decide(
	system: System,
	options: InstallOptions,
	asked: AskedFor,
	{root, ahead}: {readonly root: RunningRoot; readonly ahead: HashAhead},
	report: ProgressReporter,
): Promise<PlanRun> {
	const image = runningImage(root);
	const [files, target] = await Promise.all([
		readFitImage(image, hostArchitecture()),
		inspectTarget(system, targetOptions(options)),
	]);
	const prepared = await prepareInstall(
		system,
		options,
		asked,
		{...image, files},
		{
			place: placeName(target),
			diskSize: isFound(target.disk) ? target.disk.size : 0,
			memory: memorySize(),
			sealed: await sealedFor(system, options, asked.contents, target.disk),
			seed: randomUUID(),
			now: system.now(),
			isMadeElsewhere: false,
			ahead,
		},
	);
	return await decideInstall(system, options, prepared, target, report);
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
