const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

const units: readonly (readonly [name: string, ms: number])[] = [
	['w', 7 * dayMs],
	['d', dayMs],
	['h', hourMs],
	['min', minuteMs],
	['m', minuteMs],
	['s', secondMs],
];
const maxDurationMs = 366 * dayMs;

/** What {@link parseDuration} reads, for messages. */
export const durationSyntax = 'a duration such as "4h", "90min" or "1d 12h"';

/** Milliseconds; undefined for other text, and for more than a year. "m" is a minute. */
export function parseDuration(text: string): number | undefined {
	if (text === '0') return 0;
	if (!/^\d+ *[a-z]+( *\d+ *[a-z]+)*$/.test(text)) return undefined;
	let sum = 0;
	for (const [, count, unit] of text.matchAll(/(\d+) *([a-z]+)/g)) {
		const ms = units.find(([name]) => name === unit)?.[1];
		if (ms === undefined) return undefined;
		sum += Number(count) * ms;
	}
	return sum <= maxDurationMs ? sum : undefined;
}
