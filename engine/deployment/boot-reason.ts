import {type BootEntry, bootTries, hasFailed, inBootOrder} from '../boot/boot-loader.ts';
import type {DeploymentSet} from './deployment.ts';
import type {DeploymentId} from './id.ts';

/** Why the machine runs the deployment that it runs. */
export type BootReason =
	/** It was made last, and the boot loader takes that. */
	| {readonly kind: 'newest'}
	/** A person put it first with `slipway rollback`. */
	| {readonly kind: 'rolled-back'}
	/** Somebody chose it in the boot menu, for this boot; `instead` would have been booted. */
	| {readonly kind: 'picked'; readonly instead: DeploymentId}
	/** All that come before it have used up their attempts; first the one that would be booted. */
	| {readonly kind: 'fell-back'; readonly from: readonly FailedDeployment[]}
	/** It has used up its attempts too, and there is nothing else. */
	| {readonly kind: 'last-resort'; readonly from: readonly FailedDeployment[]};

export interface FailedDeployment {
	readonly id: DeploymentId;
	readonly attempts: number;
	/** In a few words; null when none was recorded, as after a kernel panic, a hang or a power cut. */
	readonly reason: string | null;
}

/**
 * Decides it from the loader entries as they were when the machine booted: before the entry was
 * blessed, and before anything was staged or rolled back. Undefined when they do not tell.
 * @param failures what is recorded of boots that were not good
 */
export function bootReason(
	set: DeploymentSet,
	failures: ReadonlyMap<DeploymentId, string> = new Map(),
): BootReason | undefined {
	const entries = set.entries ?? [];
	const booted = entries.find(({deploymentId}) => deploymentId === set.bootedId);
	if (booted === undefined) return undefined;
	const others = inBootOrder(entries).filter((entry) => entry !== booted);
	const [next] = others.filter((entry) => !hasFailed(entry));
	const before = others.filter(({sequence}) => sequence > booted.sequence);
	const failed = before.filter(hasFailed).map((entry) => describe(entry, failures));
	if (isBeyondTries(booted)) {
		if (next !== undefined) return {kind: 'picked', instead: next.deploymentId};
		return {kind: 'last-resort', from: [describe(booted, failures), ...failed]};
	}
	if (next !== undefined && next.sequence > booted.sequence)
		return {kind: 'picked', instead: next.deploymentId};
	if (failed.length > 0) return {kind: 'fell-back', from: failed};
	return {kind: wasPutFirst(set, booted) ? 'rolled-back' : 'newest'};
}

/**
 * Whether the boot loader had given up on an entry before this boot. On the last attempt that was
 * granted, none are left either.
 */
export function isBeyondTries({tries}: Pick<BootEntry, 'tries'>): boolean {
	return tries !== undefined && tries.left === 0 && tries.done > bootTries;
}

function describe(
	{deploymentId, tries}: BootEntry,
	failures: ReadonlyMap<DeploymentId, string>,
): FailedDeployment {
	return {
		id: deploymentId,
		attempts: tries?.done ?? 0,
		reason: failures.get(deploymentId) ?? null,
	};
}

/** A deployment keeps the sequence that it was made with; its entry gets a higher one. */
function wasPutFirst({deployments}: DeploymentSet, {deploymentId, sequence}: BootEntry): boolean {
	const origin = deployments.find(({id}) => id === deploymentId)?.origin;
	return origin !== undefined && origin.sequence !== sequence;
}
