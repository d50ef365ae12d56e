import path from 'node:path';
import {checkMachine} from '../deployment/change-machine.ts';
import type {DeploymentId} from '../deployment/id.ts';
import {lockMachine, type MachineLockOptions} from '../deployment/machine-lock.ts';
import {EngineError, OperationFailed} from '../errors.ts';
import type {SettingsPlaces} from '../oci/settings/places.ts';
import type {System} from '../system/system.ts';
import {type Application, applyUpdate} from './apply-update.ts';
import type {Act, Wait} from './decision.ts';
import {postpone, subjectOf, succeed} from './postponement.ts';
import {settle} from './settle.ts';
import {checkForUpdate, type Outcome, stageUpdate, unstageUpdate} from './stage-update.ts';
import {
	type Assessment,
	assessAndRecord,
	type UpdaterEvent,
	type UpdaterRun,
} from './updater-run.ts';
import {changeUpdaterState} from './updater-state.ts';

/** Held by a pass of the updater, beside the lock of the machine that single acts take. */
const updaterLockFile = '/run/slipway/updater-lock';

export interface UpdaterOptions extends MachineLockOptions {
	readonly places: SettingsPlaces;
	/** Told of each act when it is over. */
	readonly report: (event: UpdaterEvent) => void;
	readonly fetch?: typeof fetch;
}

/** How a pass ended. */
export type UpdaterOutcome =
	| {readonly kind: 'waiting'; readonly decision: Wait; readonly problems: readonly string[]}
	| {readonly kind: 'rebooting'; readonly deployment: DeploymentId};

/**
 * One pass: decides and acts until there is nothing but to wait, or the machine reboots. An act that fails is
 * remembered and left for later, so that the next one has its turn; what was done stays done.
 * @param root what stands before all paths; for tests
 * @throws UsageError for mistakes in update.toml
 * @throws Refused `not-deployed`, `machine-busy`
 * @throws Lacking `not-root`
 */
export async function runUpdater(
	system: System,
	{places, report, fetch: send = fetch, ...lock}: UpdaterOptions,
	root = '/',
): Promise<UpdaterOutcome> {
	await checkMachine(system, root);
	using _pass = await lockMachine(system, lock, path.join(root, updaterLockFile));
	const run: UpdaterRun = {system, root, places, lock, fetch: send, report};
	const tried = new Set<string>();
	for (;;) {
		lock.signal?.throwIfAborted();
		const assessment = await assessAndRecord(run);
		const {decision, problems} = assessment;
		// The first time soon after a boot, and again when a reboot did not come about.
		if (decision.act === 'wait' || (decision.act !== 'apply' && tried.size === 0))
			await settle(run, assessment);
		if (decision.act === 'wait') return {kind: 'waiting', decision, problems};
		refuseAgain(tried, decision);
		const outcome = await perform(run, assessment, decision);
		if (outcome.kind === 'rebooting') return {kind: 'rebooting', deployment: subjectOf(decision)};
	}
}

/** Whatever an act leaves unchanged would be decided again without end. */
function refuseAgain(tried: Set<string>, decision: Act): void {
	const act = `${decision.act} ${subjectOf(decision)}`;
	if (tried.has(act))
		throw new OperationFailed('no-progress', `the updater would ${act} again, and did so just now`);
	tried.add(act);
}

async function perform(
	run: UpdaterRun,
	assessment: Assessment,
	decision: Act,
): Promise<Outcome | Application> {
	const outcome = await attempt(run, assessment, decision);
	const {act} = decision;
	switch (outcome.kind) {
		case 'done':
			run.report({act, outcome: 'done', text: outcome.text});
			await changeUpdaterState(run.system, run.lock, (state) => succeed(state, decision), run.root);
			break;
		case 'rebooting':
			run.report({act, outcome: 'done', text: `rebooting into deployment ${subjectOf(decision)}`});
			break;
		case 'called-off':
			run.report({act, outcome: 'postponed', text: 'called off, for something came up meanwhile'});
			break;
		case 'postponed': {
			const {system, lock, root} = run;
			run.report({act, outcome: 'postponed', text: outcome.text});
			// Of a check, the cached update tells why it failed and when to try again.
			if (act !== 'check')
				await changeUpdaterState(
					system,
					lock,
					(state) => postpone(state, decision, outcome, system.now()),
					root,
				);
		}
	}
	return outcome;
}

async function attempt(
	run: UpdaterRun,
	assessment: Assessment,
	decision: Act,
): Promise<Outcome | Application> {
	try {
		return await act(run, assessment, decision);
	} catch (error) {
		// One that was stopped has not failed.
		run.lock.signal?.throwIfAborted();
		if (!(error instanceof EngineError)) throw error;
		return {kind: 'postponed', code: error.code, text: error.message};
	}
}

function act(
	run: UpdaterRun,
	assessment: Assessment,
	decision: Act,
): Promise<Outcome | Application> {
	switch (decision.act) {
		case 'check':
			return checkForUpdate(run);
		case 'stage':
			return stageUpdate(run, assessment, decision);
		case 'unstage':
			return unstageUpdate(run, decision);
		case 'apply':
			return applyUpdate(run, assessment, decision);
	}
}
