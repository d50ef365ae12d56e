import type {OpenMachine} from '../deployment/change-machine.ts';
import {collectOpenMachine} from '../deployment/collect-machine.ts';
import type {ReadableDeployment} from '../deployment/deployment.ts';
import {forgetDownload} from '../deployment/downloaded.ts';
import type {DeploymentId} from '../deployment/id.ts';
import {
	decideSoftReboot,
	prepareSoftReboot,
	type SoftReboot,
} from '../deployment/prepare-soft-reboot.ts';
import type {SoftRebootMode} from '../deployment/soft-reboot.ts';
import {type NewDeployment, stage} from '../deployment/transitions.ts';
import {EngineError} from '../errors.ts';
import type {ProgressReporter} from '../progress.ts';
import type {Store} from '../store/store.ts';
import type {System} from '../system/system.ts';
import {findHiddenDefaults, recordChanges, type StagedNews} from './describe-staged.ts';

export interface Staged extends StagedNews {
	readonly deployment: DeploymentId;
	/** When it was asked for. */
	readonly softReboot?: SoftReboot;
}

export interface StagingPlace {
	readonly machine: OpenMachine;
	/** Of the machine, with the image to be staged in it. */
	readonly store: Store;
	readonly booted: ReadableDeployment;
	readonly progress: ProgressReporter | undefined;
	readonly softReboot: SoftRebootMode | undefined;
	/** What stands before all paths; for tests. */
	readonly root: string;
}

/**
 * Lets the next boot try a new deployment, and clears away what nothing needs any more. What cannot be
 * told of it, or not be cleared away, is a warning.
 * @throws Refused before anything is staged, when a soft reboot is required and will not do
 */
export async function stageDeployment(
	system: System,
	{machine, store, booted, progress, softReboot: mode, root}: StagingPlace,
	wanted: NewDeployment,
): Promise<Staged> {
	const {deployment, steps, after} = stage(machine.set, wanted);
	const changes = await orWarning(progress, 'it is not known what changes', () =>
		recordChanges(machine, store, booted, deployment),
	);
	const hidden = await orWarning(progress, 'it is not known which new defaults are hidden', () =>
		findHiddenDefaults(system, machine.physicalRoot, after, deployment),
	);
	const {id} = deployment;
	const softReboot = mode && (await decideSoftReboot(after, id, mode, root));
	await machine.run(steps);
	if (softReboot) await prepareSoftReboot(softReboot, after, id, root);
	await forgetDownload(machine.physicalRoot);
	await orWarning(progress, 'nothing was cleared away', () =>
		collectOpenMachine(system, {...machine, set: after}, root),
	);
	return {
		deployment: id,
		changes: changes ?? null,
		hiddenDefaults: hidden ?? null,
		...(softReboot && {softReboot}),
	};
}

/** Of what the machine can do without. */
async function orWarning<Result>(
	progress: ProgressReporter | undefined,
	what: string,
	work: () => Promise<Result>,
): Promise<Result | undefined> {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof EngineError)) throw error;
		const {code, message, hint} = error;
		const text = `${what}: ${message}`;
		progress?.({type: 'warning', code, message: text, ...(hint !== undefined && {hint})});
		return undefined;
	}
}
