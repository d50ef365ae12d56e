import {dayMs} from './duration.ts';

/** A time during which the clocks of a zone keep the same distance from UTC. All in milliseconds. */
export interface OffsetSpan {
	/** Since 1970 in UTC. */
	readonly start: number;
	/** The first moment after it. */
	readonly end: number;
	/** What the clocks on the wall are ahead of UTC. */
	readonly offset: number;
}

/** Whether this Node knows a zone of that name, such as Europe/Berlin or UTC. */
export function isTimeZone(name: string): boolean {
	try {
		offsetFormat(name);
		return true;
	} catch (error) {
		if (error instanceof RangeError) return false;
		throw error;
	}
}

/**
 * The time from `from` to `to` in pieces between which clocks are changed.
 * @param timeZone one for which {@link isTimeZone} holds
 */
export function* offsetSpans(timeZone: string, from: number, to: number): Generator<OffsetSpan> {
	const format = offsetFormat(timeZone);
	const offsetAt = (time: number): number => parseOffset(format.format(time));
	for (let start = from; start < to; ) {
		const offset = offsetAt(start);
		// No zone changes its clocks twice within a day.
		const day = Math.min(start + dayMs, to);
		const end = offsetAt(day) === offset ? day : firstOther(offsetAt, start, day);
		yield {start, end, offset};
		start = end;
	}
}

/** The first moment that has another offset than `start` has; `other` is one. */
function firstOther(offsetAt: (time: number) => number, start: number, other: number): number {
	const offset = offsetAt(start);
	let [last, first] = [start, other];
	while (first - last > 1) {
		const middle = Math.floor((last + first) / 2);
		if (offsetAt(middle) === offset) last = middle;
		else first = middle;
	}
	return first;
}

function offsetFormat(timeZone: string): Intl.DateTimeFormat {
	return new Intl.DateTimeFormat('en-US', {timeZone, timeZoneName: 'longOffset'});
}

/** Such a text ends in GMT, GMT+05:45 or, long ago, GMT-00:44:30. */
function parseOffset(text: string): number {
	const [, sign, hours = 0, minutes = 0, seconds = 0] =
		/GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text) ?? [];
	const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
	return sign === '-' ? -ms : ms;
}
