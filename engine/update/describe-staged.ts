import type {Machine} from '../deployment/change-machine.ts';
import {writeChanges} from '../deployment/changes-file.ts';
import {contentChanges} from '../deployment/content-changes.ts';
import type {DeploymentSet, ReadableDeployment} from '../deployment/deployment.ts';
import {type DeploymentChanges, deploymentChanges} from '../deployment/deployment-changes.ts';
import {hiddenDefaults} from '../deployment/etc-diff.ts';
import {readEtcTrees} from '../deployment/read-etc.ts';
import {takeInventory} from '../deployment/take-inventory.ts';
import type {Store} from '../store/store.ts';
import type {System} from '../system/system.ts';

/** What a person wants to know of what was staged, besides that it was. It is JSON as it is. */
export interface StagedNews {
	/** Against the booted deployment; null when it could not be found out. */
	readonly changes: DeploymentChanges | null;
	/**
	 * Files in /etc of which the image has a new default that a local change hides; null when they could
	 * not be found out.
	 */
	readonly hiddenDefaults: readonly string[] | null;
}

/**
 * Compares a deployment that is about to be staged with the booted one, and keeps what came of it for
 * everybody's status.
 * @param machine `physicalRoot` is writable
 * @throws DamagedInput when one of their images is missing or damaged
 */
export async function recordChanges(
	{physicalRoot}: Pick<Machine, 'physicalRoot'>,
	store: Store,
	booted: ReadableDeployment,
	staged: ReadableDeployment,
): Promise<DeploymentChanges> {
	const {digest} = booted.origin.imageVerity;
	if (digest === staged.origin.imageVerity.digest) return deploymentChanges(booted, staged);
	const before = await takeInventory(store, digest);
	const after = await takeInventory(store, staged.origin.imageVerity.digest);
	const contents = contentChanges(before, after);
	await writeChanges(physicalRoot, staged.id, digest, contents);
	return deploymentChanges(booted, staged, contents);
}

/** @param set with the staged deployment in it */
export async function findHiddenDefaults(
	system: System,
	physicalRoot: string,
	set: DeploymentSet,
	staged: ReadableDeployment,
): Promise<string[]> {
	const trees = await readEtcTrees(system, physicalRoot, set, staged);
	return hiddenDefaults(trees).map((path) => Buffer.from(path, 'latin1').toString('utf8'));
}
