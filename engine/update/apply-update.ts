import type {DeploymentId} from '../deployment/id.ts';
import {reboot} from '../deployment/reboot.ts';
import type {Act} from './decision.ts';
import {lockReboot} from './fleetlock.ts';
import {fleetLockOptions} from './fleetlock-options.ts';
import type {Setback} from './postponement.ts';
import {askHooks, deploymentSubject} from './updater-hooks.ts';
import {type Assessment, assessAndRecord, type UpdaterRun} from './updater-run.ts';
import {changeUpdaterState, type UpdaterState} from './updater-state.ts';

export type Application =
	| {readonly kind: 'rebooting'}
	| ({readonly kind: 'postponed'} & Setback)
	/** While server and hooks were asked, something came up. */
	| {readonly kind: 'called-off'};

/**
 * Asks the FleetLock server and then hooks, which may take the machine out of service and so need the right
 * to; reboots into what is staged, and returns before the reboot comes. What it is about to do is remembered first: a machine that goes down at any moment tells its hooks and
 * gives the right to reboot back when it runs well again, and so does one that does not reboot after all.
 */
export async function applyUpdate(
	run: UpdaterRun,
	assessment: Assessment,
	{id}: Act & {readonly act: 'apply'},
): Promise<Application> {
	const setback =
		(await askServer(run, assessment)) ?? (await askHooksToApply(run, assessment, id));
	if (setback !== undefined) return {kind: 'postponed', ...setback};
	const {decision: now} = await assessAndRecord(run);
	if (now.act !== 'apply' || now.id !== id) return {kind: 'called-off'};
	await reboot(run.system);
	return {kind: 'rebooting'};
}

async function askHooksToApply(
	run: UpdaterRun,
	assessment: Assessment,
	id: DeploymentId,
): Promise<Setback | undefined> {
	await remember(run, (before) => ({...before, applying: id}));
	return askHooks(run, assessment, 'before-apply', deploymentSubject(assessment, id));
}

/** Why the machine may not reboot now; undefined when it may. */
async function askServer(
	run: UpdaterRun,
	{settings: {fleetlock: server}, state}: Assessment,
): Promise<Setback | undefined> {
	if (server === undefined) return undefined;
	await remember(run, (before) => ({...before, rebootLock: server}));
	const answer = await lockReboot(server, fleetLockOptions(run, state.machineId));
	if (answer.kind === 'granted') return undefined;
	// A server whose answer got lost may have granted it.
	if (answer.kind === 'denied') await remember(run, ({rebootLock: _, ...before}) => before);
	return {code: `fleetlock-${answer.kind}`, text: answer.text};
}

function remember(
	{system, lock, root}: UpdaterRun,
	change: (before: UpdaterState) => UpdaterState,
): Promise<void> {
	return changeUpdaterState(system, lock, change, root);
}
