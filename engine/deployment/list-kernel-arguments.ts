import type {KernelArgument} from '../boot/kernel-argument.ts';
import {type ArgumentOwner, ownerOfArgument} from '../boot/kernel-arguments.ts';
import {Refused} from '../errors.ts';
import type {DeploymentSet} from './deployment.ts';
import {checkDeployed} from './find-deployment.ts';
import type {DeploymentId} from './id.ts';
import {deploymentStates} from './states.ts';

export interface ListedArguments {
	readonly deployment: DeploymentId;
	/** In the order of the command line. */
	readonly kernelArguments: readonly ListedArgument[];
}

export interface ListedArgument extends KernelArgument {
	readonly owner: ArgumentOwner;
}

/**
 * The kernel arguments of the running deployment, or of the staged one, without those that slipway sets
 * itself.
 * @throws Refused `not-deployed`, `nothing-staged` or `unreadable-deployment`
 */
export function listKernelArguments(
	set: DeploymentSet,
	which: 'booted' | 'staged',
): ListedArguments {
	checkDeployed(set);
	const deployment = deploymentStates(set)[which];
	if (deployment === undefined)
		throw new Refused('nothing-staged', 'no deployment is staged', {
			hint: 'Leave --staged out to see those of the running one.',
		});
	const {id, origin} = deployment;
	if (origin === undefined)
		throw new Refused('unreadable-deployment', `deployment ${id} cannot be read`, {
			hint: 'See slipway status.',
		});
	return {
		deployment: id,
		kernelArguments: origin.kernelArguments.map((one) => ({...one, owner: ownerOfArgument(one)})),
	};
}
