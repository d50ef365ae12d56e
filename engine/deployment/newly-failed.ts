import {type BootEntry, hasFailed} from '../boot/boot-loader.ts';
import type {Deployment, DeploymentSet} from './deployment.ts';
import type {DeploymentId} from './id.ts';

/** An image that did not start on this machine, so that it is not deployed a second time. */
export interface FailedImage {
	readonly deploymentId: DeploymentId;
	/** Of the manifest; absent for an image that was not pulled, of which it is not known. */
	readonly manifestDigest: string | undefined;
	/** fs-verity digest of the root file system, in hex. */
	readonly imageVerityDigest: string;
	readonly attempts: number;
	/** In a few words; null when none was recorded. */
	readonly reason: string | null;
}

/**
 * Images whose deployment has used up its attempts. Not the one that runs, for its last attempt may
 * still succeed; nor one that another deployment has shown to be good: then it is not the image's fault.
 * @param failures what is recorded of boots that were not good
 */
export function newlyFailed(
	set: DeploymentSet,
	failures: ReadonlyMap<DeploymentId, string> = new Map(),
): FailedImage[] {
	const entryOf = ({id}: Deployment): BootEntry | undefined =>
		set.entries?.find(({deploymentId}) => deploymentId === id);
	const innocent = set.deployments
		.filter((one) => one.id === set.bootedId || isBlessed(entryOf(one)))
		.map(({origin}) => origin?.imageVerity.digest);
	return set.deployments.flatMap((one) => {
		const entry = entryOf(one);
		if (one.origin === undefined || entry === undefined || !hasFailed(entry)) return [];
		const {manifestDigest, imageVerity} = one.origin;
		if (innocent.includes(imageVerity.digest)) return [];
		return [
			{
				deploymentId: one.id,
				manifestDigest,
				imageVerityDigest: imageVerity.digest,
				attempts: entry.tries?.done ?? 0,
				reason: failures.get(one.id) ?? null,
			},
		];
	});
}

function isBlessed(entry: BootEntry | undefined): boolean {
	return entry !== undefined && entry.tries === undefined;
}
