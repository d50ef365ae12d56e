/** Whether a soft reboot will do: systemd starts anew in the root of another deployment, the kernel goes on. */
import type {BootStart} from '../boot/boot-loader.ts';
import {splitCommandLine, splitParameter} from '../boot/command-line.ts';
import type {DeploymentSet} from './deployment.ts';
import type {DeploymentId} from './id.ts';
import {bootHealth} from './states.ts';

/** A soft reboot where it will do and else a whole one, or none at all where it will not. */
export const softRebootModes = ['auto', 'required'] as const;
export type SoftRebootMode = (typeof softRebootModes)[number];

/** Why a deployment can only be started by a whole reboot. */
export interface SoftRebootObstacle {
	readonly code:
		| 'soft-reboot-unknown'
		| 'booted-not-good'
		| 'already-running'
		| 'deployment-failed'
		| 'boot-files-unknown'
		| 'other-kernel'
		| 'other-kernel-arguments';
	/** For the middle of a sentence. */
	readonly reason: string;
}

/**
 * What speaks against any soft reboot of this machine now. Undefined when nothing does.
 * @param isKnown whether its systemd knows them
 */
export function machineObstacle(
	set: DeploymentSet,
	isKnown: boolean,
): SoftRebootObstacle | undefined {
	if (!isKnown)
		return {
			code: 'soft-reboot-unknown',
			reason: 'the systemd of this system knows no soft reboot (254 and later do)',
		};
	const booted = set.deployments.find(({id}) => id === set.bootedId);
	// Whoever falls back after it goes to what runs now, and it is not certain yet that this works.
	if (booted === undefined || bootHealth(set, booted) !== 'good')
		return {
			code: 'booted-not-good',
			reason: 'the running deployment is not known to be good',
		};
	return undefined;
}

/** What speaks against a soft reboot of this machine into a deployment. Undefined when nothing does. */
export function softRebootObstacle(
	set: DeploymentSet,
	id: DeploymentId,
	isKnown: boolean,
): SoftRebootObstacle | undefined {
	const ofMachine = machineObstacle(set, isKnown);
	if (ofMachine !== undefined) return ofMachine;
	if (id === set.bootedId)
		return {code: 'already-running', reason: `deployment ${id} is the one that runs`};
	const target = set.deployments.find((one) => one.id === id);
	if (target !== undefined && bootHealth(set, target) === 'failed')
		return {code: 'deployment-failed', reason: `deployment ${id} has used up its attempts to boot`};
	const [running, next] = [set.bootedId, id].map((one) => startOf(set, one));
	if (running === undefined || next === undefined)
		return {
			code: 'boot-files-unknown',
			reason: `it is not known what the loader entry of ${running === undefined ? set.bootedId : id} starts`,
		};
	if (running.kernel !== next.kernel)
		return {code: 'other-kernel', reason: `deployment ${id} has another kernel or initramfs`};
	const differing = differingArguments(running.commandLine, next.commandLine);
	if (differing.length > 0)
		return {
			code: 'other-kernel-arguments',
			reason: `deployment ${id} has other kernel arguments: ${differing.join(' ')}`,
		};
	return undefined;
}

export function startOf(
	{starts = []}: DeploymentSet,
	id: DeploymentId | undefined,
): BootStart | undefined {
	return starts.find(({deploymentId}) => deploymentId === id);
}

/** `-` before those that only the first has, `+` before those of the second; `=` alone for another order. */
function differingArguments(one: string, other: string): string[] {
	const [before, after] = [one, other].map((line) => splitCommandLine(line).map(withoutNames));
	if (before === undefined || after === undefined) return [];
	const dropped = before.filter((argument) => !after.includes(argument));
	const added = after.filter((argument) => !before.includes(argument));
	const differing = [...dropped.map((text) => `-${text}`), ...added.map((text) => `+${text}`)];
	const isSame = before.join(' ') === after.join(' ');
	return differing.length === 0 && !isSame ? ['in another order'] : differing;
}

/** Deployment and image are what a soft reboot changes; whether fs-verity is required is not. */
function withoutNames(argument: string): string {
	const [name, value] = splitParameter(argument);
	if (name === 'slipway') return 'slipway=ID';
	return name === 'composefs' ? `composefs=${value.startsWith('?') ? '?' : ''}DIGEST` : argument;
}
