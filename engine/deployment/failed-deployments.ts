import {type BootEntry, hasFailed} from '../boot/boot-loader.ts';
import type {Deployment, DeploymentSet, ReadableDeployment} from './deployment.ts';

/**
 * Those that have used up their attempts to boot by the fault of their image. Not the one that runs, for
 * its last attempt may still succeed; nor one whose image another deployment has shown to be good.
 */
export function failedDeployments(set: DeploymentSet): ReadableDeployment[] {
	const entryOf = ({id}: Deployment): BootEntry | undefined =>
		set.entries?.find(({deploymentId}) => deploymentId === id);
	const innocent = set.deployments
		.filter((one) => one.id === set.bootedId || isBlessed(entryOf(one)))
		.map(({origin}) => origin?.imageVerity.digest);
	return set.deployments
		.filter((one) => one.origin !== undefined)
		.filter(({origin}) => !innocent.includes(origin.imageVerity.digest))
		.filter((one) => {
			const entry = entryOf(one);
			return entry !== undefined && hasFailed(entry);
		});
}

function isBlessed(entry: BootEntry | undefined): boolean {
	return entry !== undefined && entry.tries === undefined;
}
