import type {DeploymentSet} from '../deployment/deployment.ts';
import type {ImageReference} from '../deployment/origin.ts';
import {type DeploymentStates, deploymentStates} from '../deployment/states.ts';
import {whyUnreachable} from '../deployment/status-warnings.ts';
import type {CachedUpdate} from './cached-update.ts';
import {nextCheck} from './check-schedule.ts';
import {earliest, shownTime, type Wait, type WaitReason} from './decision.ts';
import {machineFraction} from './machine-fraction.ts';
import type {MachineState} from './machine-state.ts';
import type {Quarantine} from './quarantine.ts';
import type {UpdateSettings} from './update-settings.ts';
import type {UpdaterState} from './updater-state.ts';

/** What decisions about updates are made from, with the settings and the time. */
export interface UpdateState {
	readonly deployments: DeploymentSet;
	/** Undefined when nobody has checked yet. */
	readonly cached: CachedUpdate | undefined;
	readonly quarantine: Quarantine;
	readonly updater: UpdaterState;
	readonly machine: MachineState;
	/** As in /etc/machine-id. */
	readonly machineId: string;
}

/** All of it at one time, and what follows from it at once. */
export interface Moment {
	readonly state: UpdateState;
	readonly settings: UpdateSettings;
	readonly now: Date;
	readonly states: DeploymentStates;
	/** What the machine follows: of the staged deployment, else of the booted one. */
	readonly reference: ImageReference | undefined;
	/** Undefined when there is nothing to check. */
	readonly nextCheck: Date | undefined;
}

/** Until somebody logs out, a battery is charged: nothing tells the updater when. */
const recheckMs = 5 * 60_000;
/** After an act that came to nothing. */
export const retryMs = 15 * 60_000;

export function momentOf(state: UpdateState, settings: UpdateSettings, now: Date): Moment {
	const states = deploymentStates(state.deployments);
	const reference = (states.staged ?? states.booted)?.origin?.image ?? undefined;
	const schedule = {...settings.check, fraction: machineFraction(state.machineId, 'check')};
	return {
		state,
		settings,
		now,
		states,
		reference,
		nextCheck:
			reference === undefined || whyUnreachable(reference) !== undefined
				? undefined
				: nextCheck(state.cached, reference, schedule, now),
	};
}

/** @param at when the reason ends, if that is known; a check may change things before */
export function wait(
	{nextCheck: check}: Moment,
	reason: WaitReason,
	text: string,
	at?: Date,
): Wait {
	return {act: 'wait', reason, text, again: earliest(at, check)};
}

/** Waits for the machine; it has to be looked at again and again. */
export function waitForMachine(moment: Moment, reason: WaitReason, text: string): Wait {
	return wait(moment, reason, text, new Date(moment.now.getTime() + recheckMs));
}

/** Waits for a time that is known. */
export function waitUntil(moment: Moment, reason: WaitReason, text: string, at: Date): Wait {
	return wait(moment, reason, `${text} ${shownTime(at)}`, at);
}

/** When to try an act again that failed. */
export function afterFailure({now}: Moment): Date {
	return new Date(now.getTime() + retryMs);
}
