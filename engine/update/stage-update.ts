import {changeMachine} from '../deployment/change-machine.ts';
import {deploymentStates} from '../deployment/states.ts';
import {transition} from '../deployment/step.ts';
import {rollback} from '../deployment/transitions.ts';
import type {Act} from './decision.ts';
import {formatImageName} from './image-name.ts';
import type {Setback} from './postponement.ts';
import {shownImage} from './stage-decision.ts';
import {askHooks, type HookSubject, tellHooks} from './updater-hooks.ts';
import type {Assessment, UpdaterRun} from './updater-run.ts';
import {type UpgradeOptions, type UpgradeOutcome, upgradeMachine} from './upgrade.ts';

/** What came of an act that needs no reboot. */
export type Outcome =
	| {readonly kind: 'done'; readonly text: string}
	| ({readonly kind: 'postponed'} & Setback);

/** Looks where the machine's image comes from. What is found is the next decision's business. */
export async function checkForUpdate(run: UpdaterRun): Promise<Outcome> {
	const {reference, image, ...outcome} = await upgrade(run, {until: 'checked'});
	const name = `${formatImageName(reference)} leads to ${shownImage(image)}`;
	if (outcome.kind !== 'up-to-date') return {kind: 'done', text: `${name}, which is new`};
	const {deployment, unstaged} = outcome;
	const takenBack = unstaged === null ? '' : `; took deployment ${unstaged} back`;
	return {kind: 'done', text: `${name}, which deployment ${deployment} is of${takenBack}`};
}

/** Asks hooks, and brings the image that was decided about: that one, by its digest. */
export async function stageUpdate(
	run: UpdaterRun,
	assessment: Assessment,
	{reference, image}: Act & {readonly act: 'stage'},
): Promise<Outcome> {
	const {digest, imageVersion: version} = image;
	const subject: HookSubject = {image: {name: formatImageName(reference), digest, version}};
	const setback = await askHooks(run, assessment, 'before-stage', subject);
	if (setback !== undefined) return {kind: 'postponed', ...setback};
	const outcome = await upgrade(run, {until: 'staged', found: {reference, digest}});
	if (outcome.kind !== 'staged')
		return {kind: 'done', text: `${shownImage(image)} is deployed already`};
	const {deployment, bytesFetched} = outcome;
	await tellHooks(run, assessment, 'after-stage', {...subject, deployment});
	const text = `${shownImage(image)} is staged as deployment ${deployment}, ${bytesFetched} bytes were fetched`;
	return {kind: 'done', text};
}

/** Takes back what is staged, if it still is what was decided about. */
export async function unstageUpdate(
	{system, lock, root}: UpdaterRun,
	{id}: Act & {readonly act: 'unstage'},
): Promise<Outcome> {
	const {steps} = await changeMachine(
		system,
		lock,
		(set) =>
			deploymentStates(set).staged?.id === id ? rollback(set, set.bootedId) : transition(set, []),
		root,
	);
	const text =
		steps.length > 0 ? `took deployment ${id} back` : `deployment ${id} is staged no more`;
	return {kind: 'done', text};
}

function upgrade(
	{system, places, lock, root}: UpdaterRun,
	options: Pick<UpgradeOptions, 'until' | 'found'>,
): Promise<UpgradeOutcome> {
	return upgradeMachine(system, {...lock, places, ...options}, root);
}
