import {type BootEntry, hasFailed, inBootOrder} from '../boot/boot-loader.ts';
import type {Deployment, DeploymentSet} from './deployment.ts';

/** The part each deployment plays now. */
export interface DeploymentStates {
	/** Runs now. */
	readonly booted: Deployment | undefined;
	/** New, and what the next boot tries. */
	readonly staged: Deployment | undefined;
	/** What a rollback goes back to, and the boot loader when what comes before it fails. */
	readonly rollback: Deployment | undefined;
	/** Whether the next boot goes to `rollback`. */
	readonly rollbackQueued: boolean;
	/** All the rest, in boot order; those that cannot be booted last. */
	readonly others: readonly Deployment[];
}

/** What boot counting knows of a deployment. */
export type BootHealth =
	/** Blessed. */
	| 'good'
	/** Has attempts left. */
	| 'trying'
	/** Used up its attempts. */
	| 'failed'
	/** Has no loader entry. */
	| 'not-bootable'
	/** Loader entries could not be read. */
	| 'unknown';

/**
 * Sorts deployments into their parts. What is booted comes from the running kernel, the rest from the
 * order of loader entries alone, so it holds after a pick in the boot menu and after a fallback too.
 */
export function deploymentStates(set: DeploymentSet): DeploymentStates {
	const ordered = orderDeployments(set);
	const find = (entry: BootEntry | undefined): Deployment | undefined =>
		ordered.find(({id}) => id === entry?.deploymentId);
	const booted = ordered.find(({id}) => id === set.bootedId);
	const bootable = inBootOrder(set.entries ?? []).filter((entry) => !hasFailed(entry));
	const [next] = bootable;
	const isNextNew = next?.tries !== undefined && next.deploymentId !== booted?.id;
	const fallbacks = bootable.filter(
		(entry) => entry.deploymentId !== booted?.id && !(isNextNew && entry === next),
	);
	// One that never was good is better than none: the boot loader goes there too.
	const fallback = fallbacks.find(({tries}) => tries === undefined) ?? fallbacks[0];
	const staged = isNextNew ? find(next) : undefined;
	const rollback = find(fallback);
	return {
		booted,
		staged,
		rollback,
		rollbackQueued: rollback !== undefined && fallback === next,
		others: ordered.filter((one) => one !== booted && one !== staged && one !== rollback),
	};
}

/** What the boot loader takes next: one that has failed, when nothing else is left. */
export function nextToBoot({deployments, entries = []}: DeploymentSet): Deployment | undefined {
	const [next] = inBootOrder(entries);
	return deployments.find(({id}) => id === next?.deploymentId);
}

export function bootHealth({entries}: DeploymentSet, {id}: Deployment): BootHealth {
	if (entries === undefined) return 'unknown';
	const entry = entries.find(({deploymentId}) => deploymentId === id);
	if (entry === undefined) return 'not-bootable';
	if (entry.tries === undefined) return 'good';
	return hasFailed(entry) ? 'failed' : 'trying';
}

function orderDeployments({deployments, entries = []}: DeploymentSet): Deployment[] {
	const places = new Map(inBootOrder(entries).map(({deploymentId}, at) => [deploymentId, at]));
	const place = ({id}: Deployment): number => places.get(id) ?? entries.length;
	const age = ({origin}: Deployment): number => origin?.sequence ?? -1;
	return deployments.toSorted(
		(a, b) => place(a) - place(b) || age(b) - age(a) || (a.id < b.id ? -1 : 1),
	);
}
