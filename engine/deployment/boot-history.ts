import path from 'node:path';
import {
	currentHealthFile,
	describeFailure,
	type HealthRecord,
	readCurrentHealth,
	readHealth,
} from '../health/health-record.ts';
import type {BootReason} from './boot-reason.ts';
import {bootReasonFile, readBootReason} from './boot-reason-file.ts';
import type {DeploymentSet} from './deployment.ts';
import type {DeploymentId} from './id.ts';

/** What is recorded of boots, this one and those before it. */
export interface BootHistory {
	/** Undefined when it is not known. */
	readonly reason: BootReason | undefined;
	/** Of the running deployment as it started now, of others as they started last. */
	readonly health: ReadonlyMap<DeploymentId, HealthRecord>;
}

export const noHistory: BootHistory = {reason: undefined, health: new Map()};

/** Reads only what everybody may read. */
export async function readBootHistory(
	physicalRoot: string,
	{deployments, bootedId}: DeploymentSet,
	root = '/',
): Promise<BootHistory> {
	const health = new Map<DeploymentId, HealthRecord>();
	for (const {id} of deployments) {
		const record =
			id === bootedId
				? await readCurrentHealth(path.join(root, currentHealthFile))
				: await readHealth(physicalRoot, id);
		if (record !== undefined) health.set(id, record);
	}
	return {reason: (await readBootReason(path.join(root, bootReasonFile))) ?? undefined, health};
}

/** Why deployments did not start well, of those that did not, in a few words. */
export function describeFailures({health}: BootHistory): Map<DeploymentId, string> {
	const failures = new Map<DeploymentId, string>();
	for (const [id, record] of health) {
		const failure = describeFailure(record);
		if (failure !== undefined) failures.set(id, failure);
	}
	return failures;
}
