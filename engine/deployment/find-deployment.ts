import {Refused} from '../errors.ts';
import type {Deployment, DeploymentSet} from './deployment.ts';
import type {DeploymentId} from './id.ts';
import {notDeployed} from './not-deployed.ts';

/**
 * The deployment that a person means.
 * @param text its ID, or as much of its beginning as no other has
 * @throws Refused `no-such-deployment`, or `several-deployments` which names them
 */
export function findDeployment({deployments}: DeploymentSet, text: string): Deployment {
	const exact = deployments.find(({id}) => id === text);
	if (exact !== undefined) return exact;
	const [found, ...others] = deployments.filter(({id}) => text !== '' && id.startsWith(text));
	if (found === undefined)
		throw new Refused('no-such-deployment', `there is no deployment "${text}"`, {
			hint: `This machine has: ${idList(deployments)}.`,
		});
	if (others.length > 0)
		throw new Refused(
			'several-deployments',
			`"${text}" may be any of ${idList([found, ...others])}`,
			{hint: 'Give more of the ID.'},
		);
	return found;
}

/** @throws Refused `not-deployed` when what runs is none of them */
export function checkDeployed({bootedId}: DeploymentSet): void {
	if (bootedId === undefined) throw notDeployed();
}

function idList(deployments: readonly {readonly id: DeploymentId}[]): string {
	return deployments.map(({id}) => id).join(', ');
}
