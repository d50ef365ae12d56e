/** What each command does to the deployments of a machine, decided from data alone. */
import {hasFailed, inBootOrder} from '../boot/boot-loader.ts';
import type {Kernel} from '../boot/kernel.ts';
import {Refused} from '../errors.ts';
import type {Deployment, DeploymentSet, ReadableDeployment} from './deployment.ts';
import {findDeployment} from './find-deployment.ts';
import type {DeploymentId} from './id.ts';
import {
	deploymentCommandLine,
	type NewOrigin,
	newBootEntry,
	newDeployment,
	type PhysicalRoot,
} from './new-deployment.ts';
import {deploymentStates} from './states.ts';
import {type Step, type Transition, transition} from './step.ts';

export interface NewDeployment extends PhysicalRoot {
	readonly origin: NewOrigin;
	/** What the boot menu calls the system: PRETTY_NAME of its os-release. The ID is added. */
	readonly title: string;
	readonly kernel: Kernel;
	/** Start with the image's own /etc, as after a reset, not with that of the running deployment. */
	readonly freshEtc?: boolean;
}

export interface Staging extends Transition {
	readonly deployment: ReadableDeployment;
}

/**
 * Deploys an image for the next boot. Another one staged before it is dropped, unless it is pinned.
 * Local changes to /etc are those that the running deployment has when it is left.
 */
export function stage(set: DeploymentSet, wanted: NewDeployment): Staging {
	const etcFrom = wanted.freshEtc ? undefined : set.bootedId;
	const deployment = newDeployment(set, wanted.origin, etcFrom);
	const commandLine = deploymentCommandLine(deployment, wanted);
	const steps: Step[] = [
		{kind: 'write-origin', deployment},
		{kind: 'write-entry', entry: newBootEntry(deployment, {...wanted, commandLine})},
		...drop(set, deploymentStates(set).staged),
	];
	return {deployment, ...transition(set, steps)};
}

/**
 * Makes the deployment before this one, or the one named, what boots from now on. A staged update is
 * dropped then, or the boot after would bring it back. Naming the booted one takes back what is queued.
 * @param wanted an ID or its beginning; {@link findDeployment} has its own errors
 * @throws Refused `no-rollback` or `not-bootable`
 */
export function rollback(set: DeploymentSet, wanted?: string): Transition {
	const states = deploymentStates(set);
	const target = wanted === undefined ? states.rollback : findDeployment(set, wanted);
	if (target === undefined)
		throw new Refused('no-rollback', 'there is no other deployment to go back to', {
			hint: 'A machine keeps the deployment before its last update; this one has had none.',
		});
	const [first] = inBootOrder(set.entries ?? []);
	if (!set.entries?.some(({deploymentId}) => deploymentId === target.id))
		throw new Refused('not-bootable', `deployment ${target.id} has no loader entry`, {
			hint: 'See slipway status for the deployments that this machine can boot.',
		});
	const isFirst = first?.deploymentId === target.id && !hasFailed(first);
	return transition(set, [
		...(isFirst ? [] : [{kind: 'set-default', id: target.id} as const]),
		...(states.staged === target ? [] : drop(set, states.staged)),
	]);
}

/**
 * @param wanted as of {@link rollback}
 * @throws Refused `unreadable-deployment`
 */
export function setPinned(set: DeploymentSet, wanted: string, pinned: boolean): Transition {
	const deployment = findDeployment(set, wanted);
	const {id} = deployment;
	if (deployment.origin === undefined)
		throw new Refused(
			'unreadable-deployment',
			`deployment ${id} cannot be changed: ${deployment.problem}`,
		);
	if (deployment.origin.pinned === pinned) return transition(set, []);
	const changed: ReadableDeployment = {...deployment, origin: {...deployment.origin, pinned}};
	return transition(set, [{kind: 'write-origin', deployment: changed}]);
}

/**
 * Deletes one deployment: its loader entry and its /etc. Images and objects are left to collection.
 * @param wanted as of {@link rollback}
 * @throws Refused `deployment-booted`, `deployment-pinned`, `etc-source` or `last-deployment`
 */
export function deleteDeployment(set: DeploymentSet, wanted: string): Transition {
	const {id, origin} = findDeployment(set, wanted);
	if (id === set.bootedId)
		throw new Refused('deployment-booted', `deployment ${id} is running`, {
			hint: 'Boot another deployment first.',
		});
	if (origin?.pinned)
		throw new Refused('deployment-pinned', `deployment ${id} is pinned`, {
			hint: `Run slipway unpin ${id} first.`,
		});
	const [heir] = heirsOf(set.deployments, id);
	if (heir !== undefined)
		throw new Refused(
			'etc-source',
			`deployment ${heir.id} has yet to take over the /etc of ${id}`,
			{
				hint: `Boot ${heir.id} first, or delete it.`,
			},
		);
	const [first, ...others] = set.entries ?? [];
	if (first?.deploymentId === id && others.length === 0)
		throw new Refused('last-deployment', `deployment ${id} is the only one that can be booted`);
	return transition(set, removal([id]));
}

/**
 * Drops all deployments but the booted, staged, rollback and pinned ones, those whose /etc one of these
 * has yet to take over, and those of which origin or loader entry cannot be read: a boot loader may still
 * offer them.
 * @throws Refused `boot-state-unknown` or `booted-without-entry`: what is garbage is not certain then
 */
export function collect(set: DeploymentSet): Transition {
	const {booted, staged, rollback: previous} = deploymentStates(set);
	const {entries, damagedEntries = [], deployments} = set;
	if (entries === undefined || booted === undefined)
		throw new Refused('boot-state-unknown', 'it is not known which deployment is running', {
			hint: 'Run this on the machine itself, as root.',
		});
	const isBootable = (id: DeploymentId): boolean =>
		entries.some(({deploymentId}) => deploymentId === id);
	const hasDamagedEntry = (id: DeploymentId): boolean =>
		damagedEntries.some(({deploymentId}) => deploymentId === id);
	if (!isBootable(booted.id) && !hasDamagedEntry(booted.id))
		throw new Refused(
			'booted-without-entry',
			`the running deployment ${booted.id} has no loader entry`,
			{
				hint: 'Look at loader/entries on the boot partition: is it the one this machine booted from?',
			},
		);
	const isKept = (one: Deployment): boolean =>
		one === booted ||
		one === staged ||
		one === previous ||
		hasDamagedEntry(one.id) ||
		(one.origin === undefined ? !one.unfinished || isBootable(one.id) : one.origin.pinned);
	const known = knownIds(set);
	const kept = deployments.filter(isKept);
	const dropped = deployments
		.filter((one) => !kept.includes(one) && heirsOf(kept, one.id).length === 0)
		.map(({id}) => id);
	const orphans = entries.map(({deploymentId}) => deploymentId).filter((id) => !known.includes(id));
	return transition(set, removal([...dropped, ...orphans], {bootable: isBootable, known}));
}

function drop({deployments}: DeploymentSet, deployment: Deployment | undefined): Step[] {
	if (deployment?.origin === undefined || deployment.origin.pinned) return [];
	return heirsOf(deployments, deployment.id).length > 0 ? [] : removal([deployment.id]);
}

/** Those that will take over its /etc: without it they would not start. */
function heirsOf(deployments: readonly Deployment[], id: DeploymentId): Deployment[] {
	return deployments.filter(({etcDueFrom}) => etcDueFrom === id);
}

/** Entries go first: nothing may be bootable that is half deleted. */
function removal(
	ids: readonly DeploymentId[],
	{
		bootable = () => true,
		known = ids,
	}: {bootable?: (id: DeploymentId) => boolean; known?: readonly DeploymentId[]} = {},
): Step[] {
	const withEntries = ids.filter(bootable);
	return [
		...(withEntries.length === 0 ? [] : [{kind: 'remove-entries', ids: withEntries} as const]),
		...ids.filter((id) => known.includes(id)).map((id) => ({kind: 'remove-state', id}) as const),
	];
}

function knownIds({deployments}: DeploymentSet): DeploymentId[] {
	return deployments.map(({id}) => id);
}
