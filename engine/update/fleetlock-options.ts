import type {FleetLockOptions} from './fleetlock.ts';
import {machinePseudonym} from './machine-fraction.ts';
import type {UpdaterRun} from './updater-run.ts';

/** A server that says nothing for so long is as good as none. */
const timeLimitMs = 30_000;

/** Under which name this machine asks a FleetLock server, and how long it waits. */
export function fleetLockOptions(
	{lock, fetch}: Pick<UpdaterRun, 'lock' | 'fetch'>,
	machineId: string,
): FleetLockOptions {
	const timeLimit = AbortSignal.timeout(timeLimitMs);
	return {
		id: machinePseudonym(machineId, 'fleetlock'),
		signal: lock.signal === undefined ? timeLimit : AbortSignal.any([lock.signal, timeLimit]),
		fetch,
	};
}
