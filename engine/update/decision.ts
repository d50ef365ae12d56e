import type {DeploymentId} from '../deployment/id.ts';
import type {ImageReference} from '../deployment/origin.ts';
import type {CachedImage} from './cached-update.ts';

/** What the updater is to do now. */
export type UpdateDecision = Act | Wait;

/** After it is done, read and decide again at once; if it fails, not before `again`. */
export type Act = Common &
	(
		| {readonly act: 'check'; readonly reason: 'check-due'; readonly reference: ImageReference}
		| {
				readonly act: 'stage';
				readonly reason: 'update-available';
				readonly reference: ImageReference;
				/** Pull this one by its digest: the tag may move meanwhile. */
				readonly image: CachedImage;
		  }
		/**
		 * Take back what is staged, as a rollback to the booted deployment does: the reference leads to
		 * the booted image again.
		 */
		| {readonly act: 'unstage'; readonly reason: 'withdrawn'; readonly id: DeploymentId}
		/** Reboot into the staged deployment. */
		| {readonly act: 'apply'; readonly reason: 'window-open'; readonly id: DeploymentId}
	);

export interface Wait extends Common {
	readonly act: 'wait';
	readonly reason: WaitReason;
}

interface Common {
	/** One line for people, that says why. */
	readonly text: string;
	/** When to look again; undefined when only somebody's doing changes anything. */
	readonly again: Date | undefined;
}

/** Stable. */
export type WaitReason =
	/** By settings. */
	| 'off'
	| 'check-only'
	| 'stage-only'
	/** The running system is no deployment. */
	| 'not-deployed'
	/** What the next boot does could not be read. */
	| 'boot-state-unknown'
	/** The running deployment is on trial; what comes before it must stay. */
	| 'unproven'
	/** Somebody wants another deployment at the next boot. */
	| 'rollback-queued'
	| 'no-reference'
	| 'unpullable-reference'
	| 'check-failed'
	| 'up-to-date'
	| 'quarantined'
	/** It came to nothing a while ago. */
	| 'postponed'
	| 'delayed'
	| 'rollout'
	| 'metered'
	| 'battery'
	| 'load'
	| 'window-closed'
	| 'logins-unknown'
	| 'logged-in'
	| 'inhibited';

/** A time for people, to the second. */
export function shownTime(time: Date): string {
	return `${time.toISOString().slice(0, 19)}Z`;
}

/** The first of those that are known. */
export function earliest(...times: readonly (Date | undefined)[]): Date | undefined {
	const known = times.filter((time) => time !== undefined).map((time) => time.getTime());
	return known.length === 0 ? undefined : new Date(Math.min(...known));
}
