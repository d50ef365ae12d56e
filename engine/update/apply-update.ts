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
	/** While hooks and server were asked, something came up. */
	| {readonly kind: 'called-off'};

/**
 * Asks hooks and the FleetLock server, and reboots into what is staged; returns before the reboot comes.
 * What it is about to do is remembered first: a machine that goes down at any moment tells its hooks and
 * gives the right to reboot back when it runs well again, and so does one that does not reboot after all.
 */
export async function applyUpdate(
	run: UpdaterRun,
	assessment: Assessment,
	{id}: Act & {readonly act: 'apply'},
): Promise<Application> {
	await remember(run, (before) => ({...before, applying: id}));
	const setback =
		(await askHooks(run, assessment, 'before-apply', deploymentSubject(assessment, id))) ??
		(await askServer(run, assessment));
	if (setback !== undefined) return {kind: 'postponed', ...setback};
	const {decision: now} = await assessAndRecord(run);
	if (now.act !== 'apply' || now.id !== id) return {kind: 'called-off'};
	await reboot(run.system);
	return {kind: 'rebooting'};
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
