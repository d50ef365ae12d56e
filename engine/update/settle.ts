import type {DeploymentSet} from '../deployment/deployment.ts';
import type {DeploymentId} from '../deployment/id.ts';
import {bootHealth, deploymentStates} from '../deployment/states.ts';
import {type FleetLockServer, unlockReboot} from './fleetlock.ts';
import {fleetLockOptions} from './fleetlock-options.ts';
import {deploymentSubject, tellHooks} from './updater-hooks.ts';
import type {Assessment, UpdaterRun} from './updater-run.ts';
import {changeUpdaterState, type UpdaterState} from './updater-state.ts';

/** What is left to do after a reboot, or one that did not come. */
export interface Settlement {
	readonly booted: DeploymentId;
	/** Whom to give the right to reboot back to. */
	readonly unlock: FleetLockServer | undefined;
	/** What hooks after a reboot are told; undefined when there is nothing to tell. */
	readonly outcome: 'applied' | 'not-applied' | undefined;
}

/**
 * Decides what is due once the machine runs well and does not want to reboot. After a reboot that the
 * updater asked for, hooks are told even if the machine came back on what it ran before: those before the
 * reboot may have taken it out of service. Undefined when all is done, and while the running deployment
 * has not been found good.
 */
export function settlementOf(
	{settled, applying, rebootLock}: UpdaterState,
	deployments: DeploymentSet,
): Settlement | undefined {
	const {booted} = deploymentStates(deployments);
	if (booted === undefined || bootHealth(deployments, booted) !== 'good') return undefined;
	const isOther = settled !== undefined && settled !== booted.id;
	const isApplied = applying === booted.id || (applying === undefined && isOther);
	const outcome = isApplied ? 'applied' : applying === undefined ? undefined : 'not-applied';
	if (settled === booted.id && outcome === undefined && rebootLock === undefined) return undefined;
	return {booted: booted.id, unlock: rebootLock, outcome};
}

/**
 * Tells hooks, which may put the machine back into service, and gives the right to reboot back after that;
 * again at the next pass what was cut short.
 */
export async function settle(run: UpdaterRun, assessment: Assessment): Promise<void> {
	const {updater, deployments} = assessment.state;
	const due = settlementOf(updater, deployments);
	if (due === undefined) return;
	const {booted, unlock, outcome} = due;
	if (outcome !== undefined) {
		const subject = {...deploymentSubject(assessment, booted), outcome};
		await tellHooks(run, assessment, 'after-apply', subject);
	}
	const isUnlocked = unlock === undefined || (await giveBack(run, assessment, unlock));
	await changeUpdaterState(
		run.system,
		run.lock,
		({applying: _, rebootLock, ...before}) => ({
			...before,
			settled: booted,
			...(!isUnlocked && rebootLock && {rebootLock}),
		}),
		run.root,
	);
}

async function giveBack(
	run: UpdaterRun,
	{state}: Assessment,
	server: FleetLockServer,
): Promise<boolean> {
	const answer = await unlockReboot(server, fleetLockOptions(run, state.machineId));
	const act = 'unlock';
	if (answer.kind === 'granted')
		run.report({act, outcome: 'done', text: `gave the right to reboot back to ${server.url}`});
	else run.report({act, outcome: 'postponed', text: answer.text});
	return answer.kind === 'granted';
}
