import type {Act, UpdateDecision} from './decision.ts';
import {type Moment, retryMs, waitUntil} from './moment.ts';
import type {Postponement, UpdaterState} from './updater-state.ts';

/** Why an act came to nothing. */
export interface Setback {
	/** Stable. */
	readonly code: string;
	readonly text: string;
}

/** Somebody said no who may say yes in a while; all else may go on as long as nobody mends it. */
const passingCodes = ['hook-failed', 'fleetlock-denied', 'fleetlock-unreachable'];
const longestDelayMs = 4 * 3_600_000;
/** Beyond it, doubling is past the longest delay. */
const maxDoublings = 10;

/** What an act is about: it is another one about another image. */
export function subjectOf(decision: Act): string {
	switch (decision.act) {
		case 'check':
			return decision.reference.image;
		case 'stage':
			return decision.image.digest;
		case 'unstage':
		case 'apply':
			return decision.id;
	}
}

/** Notes that an act came to nothing; each time in a row that is nobody's no, it waits longer. */
export function postpone(
	before: UpdaterState,
	decision: Act,
	{code, text}: Setback,
	now: Date,
): UpdaterState {
	const {act} = decision;
	const subject = subjectOf(decision);
	const last = before.postponed.find((one) => one.act === act && one.subject === subject);
	const times = (last?.times ?? 0) + 1;
	const doublings = passingCodes.includes(code) ? 0 : Math.min(times - 1, maxDoublings);
	const delayMs = Math.min(retryMs * 2 ** doublings, longestDelayMs);
	const until = new Date(now.getTime() + delayMs).toISOString();
	const others = before.postponed.filter((one) => one.act !== act);
	return {...before, postponed: [...others, {act, subject, code, text, times, until}]};
}

/** Forgets that an act ever came to nothing. */
export function succeed(before: UpdaterState, {act}: Act): UpdaterState {
	const postponed = before.postponed.filter((one) => one.act !== act);
	return postponed.length === before.postponed.length ? before : {...before, postponed};
}

/** An act that came to nothing a while ago becomes a wait. */
export function unlessPostponed(moment: Moment, decision: UpdateDecision): UpdateDecision {
	if (decision.act === 'wait') return decision;
	const {state, now} = moment;
	const subject = subjectOf(decision);
	const postponement = state.updater.postponed.find(
		(one) => one.act === decision.act && one.subject === subject,
	);
	if (postponement === undefined || !isStill(postponement, now)) return decision;
	const text = `${decision.text}, but ${postponement.text}; tried again at`;
	return waitUntil(moment, 'postponed', text, new Date(postponement.until));
}

/** One of a time too far away was made by a clock that was wrong. */
function isStill({until}: Postponement, now: Date): boolean {
	const delayMs = Date.parse(until) - now.getTime();
	return delayMs > 0 && delayMs <= longestDelayMs;
}
