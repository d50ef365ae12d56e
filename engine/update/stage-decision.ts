import type {Deployment} from '../deployment/deployment.ts';
import type {ImageReference} from '../deployment/origin.ts';
import {whyUnreachable} from '../deployment/status-warnings.ts';
import {printableText} from '../tree/printable.ts';
import {type CachedImage, isSameImage} from './cached-update.ts';
import type {UpdateDecision, Wait} from './decision.ts';
import {whyNotDownloaded, whySpared} from './gates.ts';
import {machineFraction} from './machine-fraction.ts';
import {afterFailure, type Moment, wait, waitUntil} from './moment.ts';
import {findQuarantined, type QuarantinedImage} from './quarantine.ts';
import {delayEnd, rolloutTurn} from './rollout.ts';

/** What to do about the image that the last check found; that one is not due now. */
export function stageDecision(moment: Moment, booted: Deployment): UpdateDecision {
	const {reference, state} = moment;
	if (reference === undefined)
		return wait(moment, 'no-reference', 'it is not known where updates come from');
	const unreachable = whyUnreachable(reference);
	if (unreachable !== undefined)
		return wait(moment, 'unpullable-reference', `${reference.image} ${unreachable.reason}`);
	const image = state.cached?.image;
	if (image !== undefined) return decideOn(image, {...moment, reference}, booted);
	const why = state.cached?.lastError?.message;
	return wait(moment, 'check-failed', `no check has succeeded: ${why}`);
}

type Following = Moment & {readonly reference: ImageReference};

function decideOn(image: CachedImage, moment: Following, booted: Deployment): UpdateDecision {
	const {reference, state, settings, states} = moment;
	const name = shownImage(image);
	if (runs(states.staged ?? booted, image))
		return wait(moment, 'up-to-date', `${name} is the newest`);
	const quarantined = findQuarantined(state.quarantine, image);
	if (quarantined !== undefined)
		return wait(moment, 'quarantined', `${name} is left alone, ${whyLeft(quarantined)}`);
	if (settings.mode === 'check') return wait(moment, 'check-only', `${name} is available`);
	return (
		withdrawal(image, moment, booted) ??
		whyLater(image, moment) ??
		whyNotDownloaded(moment) ??
		whySpared(moment) ?? {
			act: 'stage',
			reason: 'update-available',
			reference,
			image,
			text: `${name} is available`,
			again: afterFailure(moment),
		}
	);
}

/** Somebody who switches to another reference wants to follow it, even to the same image. */
function withdrawal(
	image: CachedImage,
	moment: Following,
	booted: Deployment,
): UpdateDecision | undefined {
	const {reference, states} = moment;
	const isSameReference = booted.origin?.image?.image === reference.image;
	if (states.staged === undefined || !isSameReference || !runs(booted, image)) return undefined;
	const text = `${reference.image} leads to the running image again`;
	const {id} = states.staged;
	return {act: 'unstage', reason: 'withdrawn', id, text, again: afterFailure(moment)};
}

/** Why this machine does not take an image yet that others may have. */
function whyLater(image: CachedImage, moment: Moment): Wait | undefined {
	const {settings, state, now} = moment;
	const firstSeen = new Date(image.firstSeen);
	const delayed = delayEnd(firstSeen, settings.delayDays);
	if (delayed > now)
		return waitUntil(moment, 'delayed', `${shownImage(image)} has to wait until`, delayed);
	const {follow, durationMs, place} = settings.rollout;
	const turn = rolloutTurn({
		firstSeen,
		announced: follow ? image.rollout : undefined,
		durationMs,
		place: place ?? machineFraction(state.machineId, 'rollout'),
	});
	return turn > now
		? waitUntil(moment, 'rollout', `${shownImage(image)} reaches this machine at`, turn)
		: undefined;
}

function runs({origin}: Deployment, image: CachedImage): boolean {
	return origin !== undefined && isSameImage(origin, image);
}

function whyLeft({reason, deploymentId}: QuarantinedImage): string {
	return reason === 'boot-failed'
		? `for it failed as deployment ${deploymentId}`
		: `for somebody went back from deployment ${deploymentId}`;
}

/** Version and digest of an image, for people. */
export function shownImage({
	imageVersion,
	digest,
}: Pick<CachedImage, 'imageVersion' | 'digest'>): string {
	const short = digest.slice(0, 'sha256:'.length + 12);
	return imageVersion === undefined ? short : `${printableText(imageVersion)} (${short})`;
}
