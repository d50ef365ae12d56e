import type {Change, ContentChanges} from './content-changes.ts';
import type {ReadableDeployment} from './deployment.ts';
import type {DeploymentId} from './id.ts';

/** What is different when one deployment runs instead of another. It is JSON as it is. */
export interface DeploymentChanges {
	/** ID of the other. */
	readonly from: DeploymentId;
	/** Whether both are of the same image, so that nothing of it changes. */
	readonly isSameImage: boolean;
	/** As the images say; null where one says nothing. */
	readonly version: Change<string | null>;
	readonly kernelVersion: Change<string | null>;
	/** Null when it is not known. */
	readonly size: ContentChanges['size'] | null;
	readonly packages: ContentChanges['packages'];
}

/** @param contents how the images differ, as far as that is known */
export function deploymentChanges(
	{id, origin: before}: ReadableDeployment,
	{origin: after}: ReadableDeployment,
	contents?: ContentChanges,
): DeploymentChanges {
	return {
		from: id,
		isSameImage: before.imageVerity.digest === after.imageVerity.digest,
		version: {from: before.imageVersion ?? null, to: after.imageVersion ?? null},
		kernelVersion: {from: before.kernelVersion ?? null, to: after.kernelVersion ?? null},
		size: contents?.size ?? null,
		packages: contents?.packages ?? null,
	};
}
