import type {Deployment} from '../deployment/deployment.ts';
import {bootHealth} from '../deployment/states.ts';
import {applyDecision} from './apply-decision.ts';
import {earliest, type UpdateDecision, type Wait} from './decision.ts';
import {
	afterFailure,
	type Moment,
	momentOf,
	type UpdateState,
	wait,
	waitForMachine,
} from './moment.ts';
import {unlessPostponed} from './postponement.ts';
import {stageDecision} from './stage-decision.ts';
import type {UpdateSettings} from './update-settings.ts';

/**
 * What a machine does about updates now; the updater reads, decides, does it and decides again, until
 * there is nothing but to wait. Hooks and the FleetLock server have their say when an act is done, for
 * asking them changes what they answer. A check comes before all else, for it may change the rest; then
 * a new image is staged, even where another one is, and what is staged is applied.
 */
export function decideUpdate(
	state: UpdateState,
	settings: UpdateSettings,
	now: Date,
): UpdateDecision {
	const moment = momentOf(state, settings, now);
	const {booted, staged} = moment.states;
	if (settings.mode === 'off') return never('off', 'updates are switched off');
	if (booted === undefined) return never('not-deployed', 'the running system is no deployment');
	const first = checkDecision(moment) ?? whyStill(moment, booted);
	if (first !== undefined) return first;
	const update = unlessPostponed(moment, stageDecision(moment, booted));
	if (update.act !== 'wait' || staged === undefined) return update;
	const application = unlessPostponed(moment, applyDecision(moment, staged));
	return {...application, again: earliest(application.again, update.again)};
}

function checkDecision(moment: Moment): UpdateDecision | undefined {
	const {reference, nextCheck, now} = moment;
	if (reference === undefined || nextCheck === undefined || nextCheck > now) return undefined;
	const text = `it is time to look for a new ${reference.image}`;
	return {act: 'check', reason: 'check-due', reference, text, again: afterFailure(moment)};
}

/** Why the deployments of this machine are to stay as they are. */
function whyStill(moment: Moment, booted: Deployment): Wait | undefined {
	const {state, states} = moment;
	if (state.deployments.entries === undefined) {
		const text = 'it is not known what the next boot does';
		return waitForMachine(moment, 'boot-state-unknown', text);
	}
	if (bootHealth(state.deployments, booted) === 'trying') {
		const text = `the running deployment ${booted.id} has not been found good yet`;
		return waitForMachine(moment, 'unproven', text);
	}
	return states.rollbackQueued
		? wait(moment, 'rollback-queued', `the next boot goes to deployment ${states.rollback?.id}`)
		: undefined;
}

function never(reason: 'off' | 'not-deployed', text: string): Wait {
	return {act: 'wait', reason, text, again: undefined};
}
