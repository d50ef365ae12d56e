import {Refused} from '../errors.ts';
import type {DeploymentSet} from './deployment.ts';
import type {DeploymentId} from './id.ts';
import {machineObstacle, type SoftRebootMode, softRebootObstacle} from './soft-reboot.ts';
import {knowsSoftReboot, removeSoftReboot, writeSoftReboot} from './soft-reboot-file.ts';

/** What came of the wish for a soft reboot. It is JSON as it is. */
export type SoftReboot =
	| {readonly prepared: true}
	/** The next reboot has to be a whole one. */
	| {readonly prepared: false; readonly code: string; readonly reason: string};

/**
 * Stops early where a soft reboot is required and this machine can do none at all.
 * @throws Refused with the code of the obstacle
 */
export async function requireSoftRebootingMachine(
	set: DeploymentSet,
	mode: SoftRebootMode | undefined,
	root = '/',
): Promise<void> {
	if (mode !== 'required') return;
	const obstacle = machineObstacle(set, await knowsSoftReboot(root));
	if (obstacle !== undefined) throw refusal(obstacle.code, obstacle.reason);
}

/**
 * Decides before anything is changed.
 * @param set as it will be, with the entry of the deployment
 * @throws Refused with the code of the obstacle, where a soft reboot is required
 */
export async function decideSoftReboot(
	set: DeploymentSet,
	id: DeploymentId,
	mode: SoftRebootMode,
	root = '/',
): Promise<SoftReboot> {
	const obstacle = softRebootObstacle(set, id, await knowsSoftReboot(root));
	if (obstacle === undefined) return {prepared: true};
	if (mode === 'required') throw refusal(obstacle.code, obstacle.reason);
	return {prepared: false, ...obstacle};
}

/** Does what was decided, once the change is done: the next soft reboot leads there, or to what runs. */
export async function prepareSoftReboot(
	{prepared}: SoftReboot,
	set: DeploymentSet,
	id: DeploymentId,
	root = '/',
): Promise<void> {
	if (prepared) await writeSoftReboot(set, id, root);
	else await removeSoftReboot(root);
}

function refusal(code: string, reason: string): Refused {
	return new Refused(code, `a soft reboot cannot be done: ${reason}`, {
		hint: 'Use --soft-reboot=auto, which then leaves it at a whole reboot, or leave it out.',
	});
}
