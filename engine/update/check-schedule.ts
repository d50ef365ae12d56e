import type {ImageReference} from '../deployment/origin.ts';
import {type CachedUpdate, follows} from './cached-update.ts';

const firstRetryMs = 5 * 60_000;
/** Beyond it, doubling is past every interval. */
const maxDoublings = 20;

export interface CheckSchedule {
	readonly intervalMs: number;
	readonly randomDelayMs: number;
	/** The machine's own, from 0 up to 1; it spreads the checks of many machines. */
	readonly fraction: number;
}

/**
 * When to look at the registry next; a time that has passed when a check is due. After a failure sooner
 * than after a success, and less soon after each further one.
 */
export function nextCheck(
	cached: CachedUpdate | undefined,
	reference: ImageReference,
	{intervalMs, randomDelayMs, fraction}: CheckSchedule,
	now: Date,
): Date {
	if (!follows(cached, reference)) return now;
	const checked = Date.parse(cached.checked);
	// A check that is still to come was made by a clock that was wrong.
	if (checked > now.getTime()) return now;
	const periodMs = intervalMs + fraction * randomDelayMs;
	const retryMs = firstRetryMs * 2 ** Math.min(cached.failures - 1, maxDoublings);
	return new Date(checked + (cached.failures > 0 ? Math.min(retryMs, periodMs) : periodMs));
}
