import path from 'node:path';
import type {DeploymentSet} from '../deployment/deployment.ts';
import {physicalRoot, readDeploymentSet, readStatus} from '../deployment/read-status.ts';
import {deploymentStates} from '../deployment/states.ts';
import type {StatusDocument} from '../deployment/status.ts';
import {type CachedUpdate, follows, isSameImage, readCachedUpdate} from './cached-update.ts';
import {type DecisionRecord, isCurrent, readDecisionRecord} from './decision-record.ts';
import {emptyQuarantine, type Quarantine, readQuarantine} from './quarantine.ts';

/** What is known of updates, as `slipway status --json` has it in `update`. Fields are only ever added. */
export interface UpdateStatus {
	/** When somebody last looked for an update of the image that this machine follows. */
	readonly checked: string | null;
	/** Why that came to nothing; null when it did not. */
	readonly lastError: {readonly code: string; readonly message: string} | null;
	/** What the last check that succeeded found. */
	readonly cachedUpdate: {
		readonly version: string | null;
		/** When the image was built. */
		readonly timestamp: string | null;
		/** What the reference leads to: of an index, or of the manifest itself. */
		readonly digest: string;
		/** Of the manifest for this machine. */
		readonly imageDigest: string;
		/** When this machine first saw it. */
		readonly firstSeen: string;
		/** Whether it is what is staged or, when nothing is, what runs. */
		readonly isDeployed: boolean;
	} | null;
	/** What the updater does about all this; null when it has not looked since it changed, or never does. */
	readonly decision: {
		readonly act: 'check' | 'stage' | 'unstage' | 'apply' | 'wait';
		/** Stable. */
		readonly reason: string;
		readonly text: string;
		readonly time: string;
		/** When it looks again; null when only somebody's doing changes anything. */
		readonly again: string | null;
	} | null;
	/** Why the updater can decide nothing, and state that cannot be read. */
	readonly problems: readonly string[];
	/** Images that the updater leaves alone, the latest last. */
	readonly quarantined: readonly {
		readonly image: string | null;
		readonly version: string | null;
		readonly imageDigest: string | null;
		readonly imageVerity: string;
		/** ID of the deployment of it. */
		readonly deployment: string;
		readonly reason: 'boot-failed' | 'rolled-back';
		readonly time: string;
	}[];
}

/** The document of `slipway status --json`, whole. */
export interface MachineStatus extends StatusDocument {
	/** Null when the running system is no deployment. */
	readonly update: UpdateStatus | null;
}

/**
 * Reads only what everybody may read, and asks nobody: the updater's reasons are those of its last pass.
 * @param root what stands before all paths; for tests
 */
export async function readMachineStatus(root = '/'): Promise<MachineStatus> {
	const physical = path.join(root, physicalRoot);
	const deployments = await readDeploymentSet(root);
	const cached = await readCachedUpdate(physical);
	const quarantine = await readQuarantine(physical);
	const update = describeUpdate({
		deployments,
		cached: cached.content,
		quarantine: quarantine.content ?? emptyQuarantine,
		record: await readDecisionRecord(root),
		problems: [cached.problem, quarantine.problem].filter((problem) => problem !== undefined),
	});
	return {...(await readStatus(root, deployments)), update};
}

export interface KnownOfUpdates {
	readonly deployments: DeploymentSet;
	readonly cached: CachedUpdate | undefined;
	readonly quarantine: Quarantine;
	/** Of the updater's last pass in this boot. */
	readonly record: DecisionRecord | undefined;
	/** Of files that cannot be read. */
	readonly problems: readonly string[];
}

export function describeUpdate(known: KnownOfUpdates): UpdateStatus | null {
	const {booted, staged} = deploymentStates(known.deployments);
	if (booted === undefined) return null;
	const current = staged ?? booted;
	const reference = current.origin?.image ?? undefined;
	const cached =
		reference !== undefined && follows(known.cached, reference) ? known.cached : undefined;
	const record =
		known.record !== undefined && isCurrent(known.record, known) ? known.record : undefined;
	return {
		checked: cached?.checked ?? null,
		lastError: cached?.lastError ?? null,
		cachedUpdate: cached?.image === undefined ? null : describeFound(cached.image, current),
		decision: record?.decision ? {...record.decision, time: record.time} : null,
		problems: [...(record?.problem ? [record.problem] : []), ...known.problems],
		quarantined: known.quarantine.images.map(describeQuarantined),
	};
}

function describeFound(
	image: NonNullable<CachedUpdate['image']>,
	{origin}: DeploymentSet['deployments'][number],
): UpdateStatus['cachedUpdate'] {
	return {
		version: image.imageVersion ?? null,
		timestamp: image.imageTimestamp ?? null,
		digest: image.digest,
		imageDigest: image.manifestDigest,
		firstSeen: image.firstSeen,
		isDeployed: origin !== undefined && isSameImage(origin, image),
	};
}

function describeQuarantined(
	image: Quarantine['images'][number],
): UpdateStatus['quarantined'][number] {
	return {
		image: image.reference?.image ?? null,
		version: image.imageVersion ?? null,
		imageDigest: image.manifestDigest ?? null,
		imageVerity: image.imageVerity,
		deployment: image.deploymentId,
		reason: image.reason,
		time: image.time,
	};
}
