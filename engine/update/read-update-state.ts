import path from 'node:path';
import {physicalRoot, readDeploymentSet} from '../deployment/read-status.ts';
import type {System} from '../system/system.ts';
import {readCachedUpdate} from './cached-update.ts';
import {readMachineId, readMachineState} from './machine-state.ts';
import type {UpdateState} from './moment.ts';
import {emptyQuarantine, readQuarantine} from './quarantine.ts';
import {emptyUpdaterState, readUpdaterState} from './updater-state.ts';

export interface UpdateStateRead {
	readonly state: UpdateState;
	/** What could not be read, and counts as not there. */
	readonly problems: readonly string[];
}

/**
 * All that a decision about updates is made from, of the running system.
 * @param root what stands before all paths; for tests
 */
export async function readUpdateState(
	system: Pick<System, 'run'>,
	root = '/',
): Promise<UpdateStateRead> {
	const physical = path.join(root, physicalRoot);
	const cached = await readCachedUpdate(physical);
	const quarantine = await readQuarantine(physical);
	const updater = await readUpdaterState(physical);
	return {
		state: {
			deployments: await readDeploymentSet(root),
			cached: cached.content,
			quarantine: quarantine.content ?? emptyQuarantine,
			updater: updater.content ?? emptyUpdaterState,
			machine: await readMachineState(system, root),
			machineId: await readMachineId(root),
		},
		problems: [cached, quarantine, updater]
			.map(({problem}) => problem)
			.filter((problem) => problem !== undefined),
	};
}
