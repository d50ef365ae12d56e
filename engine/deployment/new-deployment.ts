/** What makes a deployment of an image, the same for the first one of a machine and for an update. */
import type {NewBootEntry} from '../boot/boot-loader.ts';
import {formatCommandLine} from '../boot/command-line.ts';
import type {Kernel} from '../boot/kernel.ts';
import {type DeploymentSet, nextSequence, type ReadableDeployment} from './deployment.ts';
import {type DeploymentId, nextDeploymentId} from './id.ts';
import type {Origin} from './origin.ts';

/** All of an origin that does not depend on what is deployed already. */
export type NewOrigin = Omit<Origin, 'sequence' | 'pinned' | 'etcFrom'>;

/** The physical root that a deployment boots from. */
export interface PhysicalRoot {
	/** Of its file system. */
	readonly rootUuid: string;
	readonly verityRequired: boolean;
}

/** Of a machine that is yet to be. */
export const noDeployments: DeploymentSet = {deployments: [], entries: [], bootedId: undefined};

/**
 * Gives the image an ID and its place in the order of deployments.
 * @param etcFrom whose local changes to /etc it takes over; nobody's when left out
 */
export function newDeployment(
	set: DeploymentSet,
	origin: NewOrigin,
	etcFrom?: DeploymentId,
): ReadableDeployment {
	const known = set.deployments.map(({id}) => id);
	const id = nextDeploymentId(origin.imageVerity.digest, known);
	const placed = {...origin, sequence: nextSequence(set), pinned: false};
	return etcFrom === undefined
		? {id, origin: placed}
		: {id, origin: {...placed, etcFrom}, etcDueFrom: etcFrom};
}

export function deploymentCommandLine(
	{id, origin}: ReadableDeployment,
	{rootUuid, verityRequired}: PhysicalRoot,
): string {
	return formatCommandLine(
		{deploymentId: id, imageVerityDigest: origin.imageVerity.digest, verityRequired},
		{rootUuid, kernelArguments: origin.kernelArguments.map(({argument}) => argument)},
	);
}

/** @param title what the boot menu calls the system; the ID is added */
export function newBootEntry(
	{id, origin}: ReadableDeployment,
	{title, kernel, commandLine}: {title: string; kernel: Kernel; commandLine: string},
): NewBootEntry {
	const {sequence} = origin;
	return {deploymentId: id, title: `${title} (${id})`, sequence, commandLine, kernel};
}
