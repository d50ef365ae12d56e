import {type ChangeOptions, openMachine, readMachine} from '../deployment/change-machine.ts';
import type {DeploymentSet, ReadableDeployment} from '../deployment/deployment.ts';
import {
	decideSoftReboot,
	prepareSoftReboot,
	type SoftReboot,
} from '../deployment/prepare-soft-reboot.ts';
import type {SoftRebootMode} from '../deployment/soft-reboot.ts';
import {deploymentStates, nextToBoot} from '../deployment/states.ts';
import type {Transition} from '../deployment/step.ts';
import {rollback} from '../deployment/transitions.ts';
import type {System} from '../system/system.ts';
import {
	emptyQuarantine,
	quarantineImage,
	readQuarantine,
	releaseRolledBack,
	writeQuarantine,
} from './quarantine.ts';

export interface RollbackOptions extends ChangeOptions {
	/** Prepare a soft reboot into what is gone back to. */
	readonly softReboot?: SoftRebootMode | undefined;
}

export interface RollbackOutcome {
	readonly transition: Transition;
	/** When it was asked for, and what is gone back to does not run. */
	readonly softReboot?: SoftReboot;
}

/**
 * Goes back to the deployment before this one, or to the one named. The updater does not bring again what a
 * person has gone back from, and may bring again what a person goes back to.
 * @param wanted an ID or its beginning
 * @param root what stands before all paths; for tests
 * @throws what `rollback`, `openMachine` and `decideSoftReboot` throw; nothing is changed then
 */
export async function rollbackMachine(
	system: System,
	{dryRun = false, softReboot: mode, ...options}: RollbackOptions,
	wanted?: string,
	root = '/',
): Promise<RollbackOutcome> {
	if (dryRun) return decide((await readMachine(system, root)).set, {mode, wanted, root});
	using machine = await openMachine(system, options, root);
	const {set, physicalRoot} = machine;
	const outcome = await decide(set, {mode, wanted, root});
	const {transition, softReboot} = outcome;
	// First: cut short after this, the machine is still asked to go back; the other way round the updater
	// would undo it.
	await quarantineLeft(physicalRoot, leavingFor(set, transition), system.now());
	await machine.run(transition.steps);
	const target = nextToBoot(transition.after);
	if (softReboot !== undefined && target !== undefined)
		await prepareSoftReboot(softReboot, transition.after, target.id, root);
	return outcome;
}

async function decide(
	set: DeploymentSet,
	{
		mode,
		wanted,
		root,
	}: {mode: SoftRebootMode | undefined; wanted: string | undefined; root: string},
): Promise<RollbackOutcome> {
	const transition = rollback(set, wanted);
	const target = nextToBoot(transition.after);
	if (mode === undefined || target === undefined || target.id === set.bootedId) return {transition};
	return {transition, softReboot: await decideSoftReboot(transition.after, target.id, mode, root)};
}

interface Leaving {
	/** Deployments that a person goes back from. */
	readonly left: readonly ReadableDeployment[];
	/** The one that is wanted instead. */
	readonly wanted: readonly ReadableDeployment[];
}

/**
 * Of what runs and what would have run next, those that are newer than what is wanted: going on to a newer one
 * says nothing against the older. Nor do other kernel arguments of the same image.
 */
export function leavingFor(set: DeploymentSet, {after}: Pick<Transition, 'after'>): Leaving {
	const target = nextToBoot(after);
	if (target?.origin === undefined) return {left: [], wanted: []};
	const {sequence, imageVerity} = target.origin;
	const {booted, staged} = deploymentStates(set);
	const left = [booted, staged].filter(
		(one): one is ReadableDeployment =>
			one?.origin !== undefined &&
			one.origin.sequence > sequence &&
			one.origin.imageVerity.digest !== imageVerity.digest,
	);
	return {left, wanted: [target]};
}

async function quarantineLeft(
	physicalRoot: string,
	{left, wanted}: Leaving,
	now: Date,
): Promise<void> {
	const {content: before = emptyQuarantine} = await readQuarantine(physicalRoot);
	const after = left.reduce(
		(all, one) => quarantineImage(all, one, 'rolled-back', now),
		releaseRolledBack(before, wanted),
	);
	if (after !== before) await writeQuarantine(physicalRoot, after);
}
