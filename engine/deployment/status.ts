/**
 * The document of `slipway status --json`. Its fields mean what they mean in bootc's host schema
 * (org.containers.bootc/v1), so that one reader serves both; `deployment` and what is beside it are
 * slipway's own. Fields are only ever added within a version.
 * @see https://bootc-dev.github.io/bootc/host-v1.schema.json
 */
import type {Tries} from '../boot/entry-name.ts';
import type {KernelArgument} from '../boot/kernel-argument.ts';
import {describeFailure, type HealthRecord} from '../health/health-record.ts';
import {type BootHistory, noHistory} from './boot-history.ts';
import type {BootReason} from './boot-reason.ts';
import type {ContentChanges} from './content-changes.ts';
import type {Deployment, DeploymentSet} from './deployment.ts';
import {type DeploymentChanges, deploymentChanges} from './deployment-changes.ts';
import type {DeploymentId} from './id.ts';
import type {ImageReference, Origin} from './origin.ts';
import type {RootEncryption} from './root-encryption.ts';
import type {GrowthProblem} from './root-growth.ts';
import {softRebootObstacle} from './soft-reboot.ts';
import {type BootHealth, bootHealth, deploymentStates} from './states.ts';
import {
	growthWarning,
	healthSettingsWarning,
	recoveryKeyWarning,
	type StatusWarning,
	statusWarnings,
	whyUnreachable,
} from './status-warnings.ts';

export const statusVersion = 1;

export interface StatusDocument {
	readonly version: typeof statusVersion;
	readonly spec: {
		/** What the next update follows: that of the staged deployment, else of the booted one. */
		readonly image: ImageReference | null;
		readonly bootOrder: 'default' | 'rollback';
	};
	readonly status: {
		/** Null when the running system is not a deployment; `notDeployed` says what it is. */
		readonly booted: StatusEntry | null;
		/** Why it is this one; null when that is not known. */
		readonly bootReason: BootReason | null;
		readonly staged: StatusEntry | null;
		readonly rollback: StatusEntry | null;
		readonly rollbackQueued: boolean;
		readonly otherDeployments: readonly StatusEntry[];
		readonly type: 'slipwayHost' | null;
		/** Null unless booted. */
		readonly fsVerity: {readonly enforced: boolean} | null;
		/** Of the physical root; null when it is not encrypted, and unless booted. */
		readonly rootEncryption: RootEncryption | null;
		/** ID of the deployment that the next soft reboot leads to; null when it would start this one again. */
		readonly softRebootPrepared: string | null;
		readonly notDeployed: string | null;
	};
	readonly warnings: readonly StatusWarning[];
}

export interface StatusEntry {
	/** Null when it is not known which image it is. */
	readonly image: {
		readonly image: ImageReference;
		readonly version: string | null;
		/** When the image was built. */
		readonly timestamp: string | null;
		/** Of the manifest; null for one installed from a container, which does not know it. */
		readonly imageDigest: string | null;
		readonly architecture: string | null;
		/** Whether other machines can pull this reference. */
		readonly pullable: boolean;
	} | null;
	/** Whether this slipway cannot read it; `problem` says why. */
	readonly incompatible: boolean;
	readonly problem: string | null;
	readonly pinned: boolean;
	/** Whether a soft reboot will do to start it: kernel, initramfs and kernel arguments are those that run. */
	readonly softRebootCapable: boolean;
	readonly store: 'composefs' | null;
	readonly deployment: {
		readonly id: string;
		readonly health: BootHealth;
		/** Attempts to boot it, while they are counted. */
		readonly tries: Tries | null;
		/** Why its last boot was not good; null when it was, and when nothing is recorded of it. */
		readonly failure: {
			readonly time: string;
			readonly reason: string;
			/** Health checks that did not pass, those that are only wanted too. */
			readonly checks: readonly FailedCheck[];
			/** Units of systemd that had failed when the boot was given up. */
			readonly units: readonly string[];
		} | null;
		readonly created: string | null;
		readonly imageVerity: Origin['imageVerity'] | null;
		readonly configDigest: string | null;
		readonly kernelVersion: string | null;
		readonly kernelArguments: readonly KernelArgument[];
		/**
		 * What is different when it runs instead of the booted one; null where nobody asks that, of all but
		 * the staged one and the one to roll back to.
		 */
		readonly changes: DeploymentChanges | null;
	};
	readonly installed: Origin['installed'] | null;
}

export type FailedCheck = HealthRecord['checks'][number];

export interface RunningSystem {
	/** Whether the kernel refuses files without fs-verity. */
	readonly verityEnforced: boolean;
	/** Why it is no deployment, when it is none. */
	readonly notDeployed: string | undefined;
	readonly rootEncryption?: RootEncryption | undefined;
	/** Why the root is not as large as its disk, where it is to be. */
	readonly growthProblem?: GrowthProblem | undefined;
	/** Whether the recovery key of the root lies on it. */
	readonly keepsRecoveryKey?: boolean;
	readonly softReboot?: {
		/** Whether this system is made for them. */
		readonly isKnown: boolean;
		/** Where the next one leads. */
		readonly preparedId: DeploymentId | undefined;
	};
}

/** What is recorded of deployments beside their origins. */
export interface StatusRecords {
	readonly history: BootHistory;
	/** How images differ from the booted one: of the staged one and the one to roll back to. */
	readonly changes: ReadonlyMap<DeploymentId, ContentChanges>;
}

const noRecords: StatusRecords = {history: noHistory, changes: new Map()};

export function describeStatus(
	set: DeploymentSet,
	running: RunningSystem,
	{history, changes: known}: StatusRecords = noRecords,
): StatusDocument {
	const states = deploymentStates(set);
	const {isKnown = false} = running.softReboot ?? {};
	const describe = (
		deployment: Deployment,
		changes: DeploymentChanges | null = null,
	): StatusEntry =>
		describeDeployment(set, deployment, {
			health: history.health.get(deployment.id),
			changes,
			softRebootCapable: softRebootObstacle(set, deployment.id, isKnown) === undefined,
		});
	const other = (deployment: Deployment | undefined): StatusEntry | null =>
		deployment === undefined
			? null
			: describe(deployment, changesTo(states.booted, deployment, known.get(deployment.id)));
	const booted = states.booted === undefined ? null : describe(states.booted);
	const staged = other(states.staged);
	const bootedHealth = states.booted && history.health.get(states.booted.id);
	return {
		version: statusVersion,
		spec: {
			image: (states.staged ?? states.booted)?.origin?.image ?? null,
			bootOrder: states.rollbackQueued ? 'rollback' : 'default',
		},
		status: {
			booted,
			bootReason: booted === null ? null : (history.reason ?? null),
			staged,
			rollback: other(states.rollback),
			rollbackQueued: states.rollbackQueued,
			otherDeployments: states.others.map((one) => describe(one)),
			type: booted === null ? null : 'slipwayHost',
			fsVerity: booted === null ? null : {enforced: running.verityEnforced},
			rootEncryption: booted === null ? null : (running.rootEncryption ?? null),
			softRebootPrepared: running.softReboot?.preparedId ?? null,
			notDeployed: booted === null ? (running.notDeployed ?? null) : null,
		},
		warnings: [
			...statusWarnings(set, running.verityEnforced),
			...(booted === null || running.growthProblem === undefined
				? []
				: [growthWarning(running.growthProblem)]),
			...(booted !== null && running.keepsRecoveryKey === true ? [recoveryKeyWarning] : []),
			...(bootedHealth?.problems ?? []).map(healthSettingsWarning),
		],
	};
}

/** Null when one of the two cannot be read. */
function changesTo(
	booted: Deployment | undefined,
	other: Deployment,
	contents: ContentChanges | undefined,
): DeploymentChanges | null {
	if (booted?.origin === undefined || other.origin === undefined) return null;
	return deploymentChanges(booted, other, contents);
}

/** What is not in the set. */
interface EntryDetails {
	readonly health: HealthRecord | undefined;
	readonly changes: DeploymentChanges | null;
	readonly softRebootCapable: boolean;
}

function describeDeployment(
	set: DeploymentSet,
	deployment: Deployment,
	{health, changes, softRebootCapable}: EntryDetails,
): StatusEntry {
	const {id, origin} = deployment;
	return {
		image: origin === undefined ? null : describeImage(origin),
		incompatible: origin === undefined,
		problem: deployment.origin === undefined ? deployment.problem : null,
		pinned: origin?.pinned ?? false,
		softRebootCapable,
		store: origin === undefined ? null : 'composefs',
		deployment: {
			id,
			health: bootHealth(set, deployment),
			tries: set.entries?.find(({deploymentId}) => deploymentId === id)?.tries ?? null,
			failure: health === undefined ? null : describeHealth(health),
			created: origin?.created ?? null,
			imageVerity: origin?.imageVerity ?? null,
			configDigest: origin?.configDigest ?? null,
			kernelVersion: origin?.kernelVersion ?? null,
			kernelArguments: origin?.kernelArguments ?? [],
			changes,
		},
		installed: origin?.installed ?? null,
	};
}

function describeHealth(record: HealthRecord): StatusEntry['deployment']['failure'] {
	const reason = describeFailure(record);
	if (reason === undefined) return null;
	const {time, checks, failedUnits: units} = record;
	return {time, reason, checks: checks.filter(({outcome}) => outcome !== 'passed'), units};
}

function describeImage(origin: Origin): StatusEntry['image'] {
	if (origin.image === null) return null;
	return {
		image: origin.image,
		version: origin.imageVersion ?? null,
		timestamp: origin.imageTimestamp ?? null,
		imageDigest: origin.manifestDigest ?? null,
		architecture: origin.architecture ?? null,
		pullable: whyUnreachable(origin.image) === undefined,
	};
}
