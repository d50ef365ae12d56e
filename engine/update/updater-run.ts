import type {MachineLockOptions} from '../deployment/machine-lock.ts';
import {UsageError} from '../errors.ts';
import type {SettingsPlaces} from '../oci/settings/places.ts';
import type {System} from '../system/system.ts';
import {decideUpdate} from './decide.ts';
import type {UpdateDecision} from './decision.ts';
import {recordOf, writeDecisionRecord} from './decision-record.ts';
import type {UpdateState} from './moment.ts';
import {readUpdateState} from './read-update-state.ts';
import {readUpdateSettings, type UpdateSettings} from './update-settings.ts';

/** Something the updater did, or tried to. */
export interface UpdaterEvent {
	readonly act: 'check' | 'stage' | 'unstage' | 'apply' | 'unlock' | 'after-stage' | 'after-apply';
	/** What did not come about is tried again later, by itself. */
	readonly outcome: 'done' | 'postponed';
	/** One line for people. */
	readonly text: string;
}

/** One pass of the updater over a machine, as all its acts need it. */
export interface UpdaterRun {
	readonly system: System;
	/** What stands before all paths; for tests. */
	readonly root: string;
	readonly places: SettingsPlaces;
	/** For whatever takes the machine's lock. */
	readonly lock: MachineLockOptions;
	readonly fetch: typeof fetch;
	report(event: UpdaterEvent): void;
}

/** What a pass goes by: all of it read at one time. */
export interface Assessment {
	readonly settings: UpdateSettings;
	readonly state: UpdateState;
	readonly decision: UpdateDecision;
	/** Files that cannot be read, and count as not there. */
	readonly problems: readonly string[];
}

/**
 * Reads all there is to know, and decides.
 * @param root what stands before all paths; for tests
 * @throws UsageError for mistakes in update.toml
 */
export async function assess(system: Pick<System, 'run' | 'now'>, root = '/'): Promise<Assessment> {
	const settings = await readUpdateSettings(root);
	const {state, problems} = await readUpdateState(system, root);
	return {settings, state, problems, decision: decideUpdate(state, settings, system.now())};
}

/** The same, and everybody's status tells what came of it. */
export async function assessAndRecord({system, root}: UpdaterRun): Promise<Assessment> {
	try {
		const assessment = await assess(system, root);
		const {state, decision} = assessment;
		await writeDecisionRecord(recordOf(state, decision, system.now()), root);
		return assessment;
	} catch (error) {
		if (error instanceof UsageError) {
			const {state} = await readUpdateState(system, root);
			const record = recordOf(state, {problem: error.message}, system.now());
			await writeDecisionRecord(record, root);
		}
		throw error;
	}
}
