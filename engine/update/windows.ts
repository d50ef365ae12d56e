import {dayMs} from './duration.ts';
import {offsetSpans} from './wall-clock.ts';

/** As Date counts days. */
export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof weekdays)[number];

/**
 * When updates may be applied, by the clock on the wall: open while the clock shows a time within it.
 * So one that lies in the hour which is left out in spring does not open that night, and one in the
 * hour which comes twice in autumn opens twice; never is it open at a time that it does not name.
 */
export interface ApplyWindow {
	/** On which it opens; it may go on into the day after. */
	readonly days: readonly Weekday[];
	/** After midnight. */
	readonly startMinute: number;
	/** At most a day. */
	readonly lengthMinutes: number;
	/** IANA name; undefined for the machine's own. */
	readonly timeZone: string | undefined;
}

const minuteMs = 60_000;
/** A window of one day in the week, and two nights that have no such time. */
const horizonMs = 22 * dayMs;

/**
 * When one of the windows is open next: `now` itself while one is. Undefined when none ever is.
 * @param localTimeZone for windows that name none
 */
export function nextOpening(
	windows: readonly ApplyWindow[],
	now: Date,
	localTimeZone: string,
): Date | undefined {
	const openings = windows.map((window) =>
		openingOf(window, window.timeZone ?? localTimeZone, now.getTime()),
	);
	const first = Math.min(...openings);
	return Number.isFinite(first) ? new Date(first) : undefined;
}

function openingOf(window: ApplyWindow, timeZone: string, from: number): number {
	for (const {start, end, offset} of offsetSpans(timeZone, from, from + horizonMs)) {
		const time = openWallTime(window, start + offset, end + offset);
		if (time !== undefined) return time - offset;
	}
	return Number.POSITIVE_INFINITY;
}

/** The first time on the wall from `from` up to `to` at which the window is open. */
function openWallTime(window: ApplyWindow, from: number, to: number): number | undefined {
	const dayBefore = Math.floor(from / dayMs) - 1;
	for (let day = dayBefore; day * dayMs < to; day++) {
		if (!window.days.includes(weekdayOf(day))) continue;
		const opens = day * dayMs + window.startMinute * minuteMs;
		const closes = opens + window.lengthMinutes * minuteMs;
		const time = Math.max(from, opens);
		if (time < Math.min(to, closes)) return time;
	}
	return undefined;
}

/** @param day since 1970 */
function weekdayOf(day: number): Weekday {
	return weekdays[new Date(day * dayMs).getUTCDay()] ?? 'sun';
}
