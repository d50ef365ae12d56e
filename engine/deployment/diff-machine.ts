import path from 'node:path';
import {Refused} from '../errors.ts';
import type {System} from '../system/system.ts';
import type {Deployment, DeploymentSet} from './deployment.ts';
import {diffEtc, type EtcChange} from './etc-diff.ts';
import type {DeploymentId} from './id.ts';
import {notDeployed} from './not-deployed.ts';
import {readEtcTrees} from './read-etc.ts';
import {physicalRoot, readDeploymentSet} from './read-status.ts';
import {deploymentStates} from './states.ts';

export interface MachineEtcDiff {
	/** Whose image the local changes are compared with. */
	readonly deployment: DeploymentId;
	/** Whose /etc it took over, or will; null when it started with the image's own. */
	readonly etcFrom: DeploymentId | null;
	/** False when it took over the /etc of a deployment that is gone, so nobody knows what was new. */
	readonly newDefaultsKnown: boolean;
	readonly changes: readonly EtcChange[];
}

/**
 * Local changes to /etc of the running machine, against the image that runs or the one that is staged.
 * @param root what stands before all paths; for tests
 * @throws Refused `not-deployed`, `nothing-staged` or `unreadable-deployment`
 */
export async function diffMachineEtc(
	system: System,
	part: 'booted' | 'staged',
	root = '/',
): Promise<MachineEtcDiff> {
	const set = await readDeploymentSet(root);
	const deployment = chooseDeployment(set, part);
	if (deployment.origin === undefined)
		throw new Refused(
			'unreadable-deployment',
			`the image of deployment ${deployment.id} is not known: ${deployment.problem}`,
		);
	const trees = await readEtcTrees(system, path.join(root, physicalRoot), set, deployment);
	const {etcFrom} = deployment.origin;
	return {
		deployment: deployment.id,
		etcFrom: etcFrom ?? null,
		newDefaultsKnown: etcFrom === undefined || trees.before !== undefined,
		changes: diffEtc(trees),
	};
}

function chooseDeployment(set: DeploymentSet, part: 'booted' | 'staged'): Deployment {
	const states = deploymentStates(set);
	if (states.booted === undefined) throw notDeployed();
	const deployment = states[part];
	if (deployment !== undefined) return deployment;
	throw new Refused('nothing-staged', 'no update is staged', {
		hint: 'Leave --staged out to see the changes to the system that runs.',
	});
}
