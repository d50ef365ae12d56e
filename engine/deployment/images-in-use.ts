import {Refused} from '../errors.ts';
import type {Deployment} from './deployment.ts';
import type {DeploymentId} from './id.ts';

/** The deployments of each image, by its fs-verity digest; those that cannot be read are left out. */
export function deploymentsByImage(
	deployments: readonly Deployment[],
): Map<string, DeploymentId[]> {
	const readable = deployments.filter(({origin}) => origin !== undefined);
	const byDigest = Map.groupBy(readable, ({origin}) => origin?.imageVerity.digest ?? '');
	return new Map([...byDigest].map(([digest, users]) => [digest, users.map(({id}) => id)]));
}

/**
 * The images that have to stay for these deployments and the running system.
 * @throws Refused `unreadable-deployment`: which image it uses is not known
 */
export function imagesInUse(
	deployments: readonly Deployment[],
	runningDigest: string | undefined,
): Set<string> {
	for (const {id, ...deployment} of deployments)
		if (deployment.origin === undefined)
			throw new Refused(
				'unreadable-deployment',
				`deployment ${id} may use anything: ${deployment.problem}`,
				{hint: 'Repair its origin, or delete the deployment, and run it again.'},
			);
	const running = runningDigest === undefined ? [] : [runningDigest];
	return new Set([...deploymentsByImage(deployments).keys(), ...running]);
}

/** Diff IDs of the layers that these deployments were made of, as far as that is known. */
export function layersInUse(deployments: readonly Deployment[]): Set<string> {
	return new Set(deployments.flatMap(({origin}) => origin?.layers ?? []));
}
