import type {DeploymentId} from '../deployment/id.ts';
import {deploymentStates} from '../deployment/states.ts';
import {printableText} from '../tree/printable.ts';
import {type HookFailure, type HookPoint, listHooks, runHooks} from './hooks.ts';
import {formatImageName} from './image-name.ts';
import type {Setback} from './postponement.ts';
import type {Assessment, UpdaterRun} from './updater-run.ts';

/** What hooks are told, as variables of their environment; what is not known is not set. */
export interface HookSubject {
	/** SLIPWAY_DEPLOYMENT: what was staged, or is rebooted into, or runs. */
	readonly deployment?: DeploymentId;
	/** SLIPWAY_IMAGE, SLIPWAY_DIGEST, SLIPWAY_VERSION. */
	readonly image?: {
		readonly name: string | undefined;
		readonly digest: string | undefined;
		readonly version: string | undefined;
	};
	/** SLIPWAY_OUTCOME after a reboot. */
	readonly outcome?: 'applied' | 'not-applied';
}

/** Why an act has to wait; undefined when no hook says so. */
export async function askHooks(
	run: UpdaterRun,
	assessment: Assessment,
	point: HookPoint & `before-${string}`,
	subject: HookSubject,
): Promise<Setback | undefined> {
	const [failure] = await runPoint(run, assessment, point, subject);
	return failure && {code: 'hook-failed', text: failure.text};
}

/** Failures are told, and change nothing. */
export async function tellHooks(
	run: UpdaterRun,
	assessment: Assessment,
	act: HookPoint & `after-${string}`,
	subject: HookSubject,
): Promise<void> {
	for (const {text} of await runPoint(run, assessment, act, subject))
		run.report({act, outcome: 'postponed', text});
}

/** A deployment as hooks are told of it. */
export function deploymentSubject(
	{state}: Assessment,
	id: DeploymentId,
): Pick<HookSubject, 'deployment' | 'image'> {
	const {booted, staged} = deploymentStates(state.deployments);
	const origin = [booted, staged].find((one) => one?.id === id)?.origin;
	if (origin === undefined) return {deployment: id};
	const {image, manifestDigest: digest, imageVersion: version} = origin;
	const name = image === null ? undefined : formatImageName(image);
	return {deployment: id, image: {name, digest, version}};
}

async function runPoint(
	{system, root, lock}: UpdaterRun,
	{settings}: Assessment,
	point: HookPoint,
	subject: HookSubject,
): Promise<HookFailure[]> {
	const hooks = await listHooks(point, root);
	const {timeLimitMs} = settings.hooks;
	return runHooks(system, point, hooks, {
		timeLimitMs,
		env: environmentOf(subject),
		...(lock.signal && {signal: lock.signal}),
	});
}

function environmentOf({deployment, image, outcome}: HookSubject): Record<string, string> {
	const variables = {
		SLIPWAY_DEPLOYMENT: deployment,
		SLIPWAY_IMAGE: image?.name,
		SLIPWAY_DIGEST: image?.digest,
		SLIPWAY_VERSION: image?.version,
		SLIPWAY_OUTCOME: outcome,
	};
	const known = Object.entries(variables).filter(([, value]) => value !== undefined);
	return Object.fromEntries(known.map(([name, value = '']) => [name, printableText(value)]));
}
