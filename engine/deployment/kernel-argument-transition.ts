/** What other kernel arguments mean for the deployments of a machine, decided from data alone. */
import {isSameArgument, type KernelArgument} from '../boot/kernel-argument.ts';
import {Refused} from '../errors.ts';
import type {DeploymentSet, ReadableDeployment} from './deployment.ts';
import type {ImageFiles} from './image-files.ts';
import type {PhysicalRoot} from './new-deployment.ts';
import type {Origin} from './origin.ts';
import {deploymentStates} from './states.ts';
import {type Transition, transition} from './step.ts';
import {rollback, stage} from './transitions.ts';

export interface WantedArguments extends PhysicalRoot {
	readonly kernelArguments: readonly KernelArgument[];
	/** Of the image of {@link deploymentToChange}. */
	readonly files: Pick<ImageFiles, 'kernel' | 'osRelease'>;
	readonly now: Date;
}

/**
 * The deployment whose kernel arguments a person means: the staged one, or else the one that runs.
 * @throws Refused `rollback-queued`: the next boot goes to one that has its own
 * @throws Refused `unreadable-deployment`
 */
export function deploymentToChange(set: DeploymentSet): ReadableDeployment {
	const {booted, staged, rollback: previous, rollbackQueued} = deploymentStates(set);
	if (rollbackQueued && booted !== undefined)
		throw new Refused(
			'rollback-queued',
			`the next boot goes to ${previous?.id}, not to what runs now`,
			{
				hint: `Reboot into it first, or take that back with slipway rollback ${booted.id}.`,
			},
		);
	const deployment = staged ?? booted;
	if (deployment?.origin !== undefined) return deployment;
	const problem = deployment?.problem ?? 'nothing is known of it';
	throw new Refused(
		'unreadable-deployment',
		`the deployment that boots next cannot be read: ${problem}`,
		{hint: 'See slipway status.'},
	);
}

/**
 * Deploys the image that boots next once more, with other arguments. Where that would give the running
 * deployment again, what is staged is taken back instead; where the arguments are as they are, nothing
 * is to do.
 */
export function withKernelArguments(set: DeploymentSet, wanted: WantedArguments): Transition {
	const {origin} = deploymentToChange(set);
	if (isSameLine(origin.kernelArguments, wanted.kernelArguments)) return transition(set, []);
	const {booted} = deploymentStates(set);
	const isAsBooted =
		booted?.origin !== undefined &&
		isSameImage(booted.origin, origin) &&
		isSameLine(booted.origin.kernelArguments, wanted.kernelArguments);
	if (isAsBooted) return rollback(set, booted.id);
	const {kernel, osRelease} = wanted.files;
	return stage(set, {
		...wanted,
		origin: {
			...origin,
			kernelArguments: [...wanted.kernelArguments],
			created: wanted.now.toISOString(),
		},
		title: osRelease.prettyName,
		kernel,
	});
}

function isSameLine(one: readonly KernelArgument[], other: readonly KernelArgument[]): boolean {
	return (
		one.length === other.length &&
		one.every(({argument}, at) => isSameArgument(argument, other[at]?.argument ?? ''))
	);
}

function isSameImage(one: Origin, other: Origin): boolean {
	return (
		one.imageVerity.digest === other.imageVerity.digest &&
		one.image?.image === other.image?.image &&
		one.image?.transport === other.image?.transport
	);
}
