import {
	type BootEntry,
	type BootStart,
	bootTries,
	hasFailed,
	inBootOrder,
	type NewBootEntry,
} from '../boot/boot-loader.ts';
import {kernelFolderName} from '../boot/kernel.ts';
import type {DeploymentSet, ReadableDeployment} from './deployment.ts';
import type {DeploymentId} from './id.ts';

/**
 * One act on the machine. Each is durable before the next begins, and doing it twice is as doing it
 * once, so a list of steps that was cut short is finished by planning anew.
 */
export type Step =
	/** Makes the deployment's state folder, with whose /etc it takes over, or replaces its origin. */
	| {readonly kind: 'write-origin'; readonly deployment: ReadableDeployment}
	/** Makes it bootable and what the next boot tries. */
	| {readonly kind: 'write-entry'; readonly entry: NewBootEntry}
	| {readonly kind: 'set-default'; readonly id: DeploymentId}
	| {readonly kind: 'remove-entries'; readonly ids: readonly DeploymentId[]}
	/** Deletes its origin and its /etc. */
	| {readonly kind: 'remove-state'; readonly id: DeploymentId};

/** What was decided: the steps, and what holds when they are done. */
export interface Transition {
	readonly steps: readonly Step[];
	readonly after: DeploymentSet;
}

export function transition(set: DeploymentSet, steps: readonly Step[]): Transition {
	return {steps, after: steps.reduce(afterStep, set)};
}

/** What holds after one step: the same as doing it and reading again. */
export function afterStep(set: DeploymentSet, step: Step): DeploymentSet {
	const {deployments, entries = []} = set;
	switch (step.kind) {
		case 'write-origin': {
			const others = deployments.filter(({id}) => id !== step.deployment.id);
			return {...set, deployments: [...others, step.deployment]};
		}
		case 'write-entry': {
			const {deploymentId, title, sequence} = step.entry;
			const tries = {left: bootTries, done: 0};
			const others = entries.filter((entry) => entry.deploymentId !== deploymentId);
			const starts = withStart(set.starts, step.entry);
			return withEntries({...set, ...(starts && {starts})}, [
				...others,
				{deploymentId, title, sequence, tries},
			]);
		}
		case 'set-default':
			return withEntries(set, withDefault(entries, step.id));
		case 'remove-entries':
			return withEntries(
				set,
				entries.filter(({deploymentId}) => !step.ids.includes(deploymentId)),
			);
		case 'remove-state':
			return {...set, deployments: deployments.filter(({id}) => id !== step.id)};
	}
}

/** What entries start comes and goes with them, and is in their order. */
function withEntries(set: DeploymentSet, unordered: readonly BootEntry[]): DeploymentSet {
	const entries = inBootOrder(unordered);
	const starts = entries.flatMap(
		({deploymentId}) => set.starts?.filter((start) => start.deploymentId === deploymentId) ?? [],
	);
	return {...set, entries, ...(set.starts && {starts})};
}

function withStart(
	starts: readonly BootStart[] | undefined,
	{deploymentId, commandLine, kernel}: NewBootEntry,
): BootStart[] | undefined {
	const others = starts?.filter((start) => start.deploymentId !== deploymentId);
	return others && [...others, {deploymentId, kernel: kernelFolderName(kernel), commandLine}];
}

function withDefault(entries: readonly BootEntry[], id: DeploymentId): BootEntry[] {
	const [first] = inBootOrder(entries);
	const top = 1 + Math.max(...entries.map(({sequence}) => sequence));
	return entries.map((entry): BootEntry => {
		if (entry.deploymentId !== id) return entry;
		if (hasFailed(entry)) return {...entry, sequence: top, tries: {left: bootTries, done: 0}};
		return entry === first ? entry : {...entry, sequence: top};
	});
}
