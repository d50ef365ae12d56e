/** What `update.toml` may hold: keys, values, and in words what is expected of them. */
import * as v from 'valibot';
import {durationSyntax, parseDuration} from './duration.ts';
import {isTimeZone} from './wall-clock.ts';
import {type ApplyWindow, weekdays} from './windows.ts';

/** What the updater does by itself; each does what those before it do. */
const updateModes = ['off', 'check', 'stage', 'apply'] as const;
export type UpdateMode = (typeof updateModes)[number];

const meteredGates = ['wait', 'ignore'] as const;
const minuteMs = 60_000;
const dayMinutes = 24 * 60;

const modeSyntax = oneOf(updateModes);
const daysSyntax = `a list of days such as ["mon", "tue"], of ${oneOf(weekdays)}`;
const zoneSyntax = 'a time zone such as "Europe/Berlin"';
const percentSyntax = 'a whole number of percent from 0 to 100';
const loadSyntax = 'a number above 0, or inf';
const shareSyntax = 'a number from 0 to 1';
const urlSyntax = 'a URL with https:// or http://';
const groupSyntax = 'a name of letters, digits, dots and dashes';
const lengthSyntax = `${durationSyntax}, from 1min to 24h`;
const windowsSyntax = 'a list of windows, at least one; mode = "stage" never reboots';
const windowSyntax = 'either end or length beside start, and an end that is not start';

const duration = durationWithin(durationSyntax, 0);
const clockTime = (syntax: string, pattern: RegExp) =>
	v.pipe(v.string(syntax), v.regex(pattern, syntax), v.transform(minuteOfDay));

const window = v.pipe(
	v.strictObject({
		days: v.optional(
			v.pipe(v.array(v.picklist(weekdays, daysSyntax), daysSyntax), v.minLength(1, daysSyntax)),
		),
		start: clockTime('a time such as "02:00"', /^([01]\d|2[0-3]):[0-5]\d$/),
		end: v.optional(clockTime('a time such as "05:00"', /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/)),
		length: v.optional(durationWithin(lengthSyntax, minuteMs, dayMinutes * minuteMs)),
		'time-zone': v.optional(v.pipe(v.string(zoneSyntax), v.check(isTimeZone, zoneSyntax))),
	}),
	v.check(
		({start, end, length}) =>
			(end === undefined) !== (length === undefined) &&
			(end === undefined || end % dayMinutes !== start),
		windowSyntax,
	),
	v.transform(
		({days = weekdays, start, end, length, 'time-zone': timeZone}): ApplyWindow => ({
			days,
			startMinute: start,
			lengthMinutes:
				end === undefined
					? Math.ceil((length ?? 0) / minuteMs)
					: (end - start + dayMinutes) % dayMinutes,
			timeZone,
		}),
	),
);

const tables = {
	check: v.strictObject({
		interval: v.optional(durationWithin(`${durationSyntax}, at least 1min`, minuteMs)),
		'random-delay': v.optional(duration),
	}),
	gates: v.strictObject({
		metered: v.optional(v.picklist(meteredGates, oneOf(meteredGates))),
		'min-battery': v.optional(wholeNumber(percentSyntax, 100)),
		'max-load': v.optional(v.pipe(v.number(loadSyntax), v.gtValue(0, loadSyntax))),
	}),
	rollout: v.strictObject({
		follow: v.optional(v.boolean('true or false')),
		duration: v.optional(duration),
		place: v.optional(
			v.pipe(v.number(shareSyntax), v.minValue(0, shareSyntax), v.maxValue(1, shareSyntax)),
		),
	}),
	fleetlock: v.strictObject({
		url: v.optional(v.pipe(v.string(urlSyntax), v.check(isServerUrl, urlSyntax))),
		group: v.optional(v.pipe(v.string(groupSyntax), v.regex(/^[A-Za-z0-9.-]+$/, groupSyntax))),
	}),
	hooks: v.strictObject({
		'time-limit': v.optional(durationWithin(`${durationSyntax}, at least 1s`, 1000)),
	}),
};

/** One file; what it leaves out is as another file says, or as by default. */
export const settingsSchema = v.strictObject({
	mode: v.optional(v.picklist(updateModes, modeSyntax)),
	'delay-days': v.optional(wholeNumber('a whole number of days from 0 to 365', 365)),
	check: v.optional(tables.check),
	windows: v.optional(v.pipe(v.array(window, windowsSyntax), v.minLength(1, windowsSyntax))),
	gates: v.optional(tables.gates),
	rollout: v.optional(tables.rollout),
	fleetlock: v.optional(tables.fleetlock),
	hooks: v.optional(tables.hooks),
});

export type FileSettings = v.InferOutput<typeof settingsSchema>;

/** One of `windows`, for other files that have such; undefined when it is none. */
export function parseApplyWindow(table: unknown): ApplyWindow | undefined {
	const result = v.safeParse(window, table);
	return result.success ? result.output : undefined;
}

/** The keys that a table may have. @param place of the table, from the top */
export function knownKeys([name]: readonly string[]): string[] {
	if (name === undefined) return Object.keys(settingsSchema.entries);
	if (name === 'windows') return Object.keys(window.pipe[0].entries);
	const table = Object.entries(tables).find(([key]) => key === name)?.[1];
	return Object.keys(table?.entries ?? {});
}

function durationWithin(syntax: string, min: number, max = Number.POSITIVE_INFINITY) {
	return v.pipe(
		v.string(syntax),
		v.transform(parseDuration),
		v.number(syntax),
		v.minValue(min, syntax),
		v.maxValue(max, syntax),
	);
}

function wholeNumber(syntax: string, max: number) {
	return v.pipe(
		v.number(syntax),
		v.safeInteger(syntax),
		v.minValue(0, syntax),
		v.maxValue(max, syntax),
	);
}

function minuteOfDay(time: string): number {
	const [hours = 0, minutes = 0] = time.split(':').map(Number);
	return hours * 60 + minutes;
}

/** Empty takes back the server that another file names. */
function isServerUrl(text: string): boolean {
	if (text === '') return true;
	const url = URL.parse(text);
	return (
		url !== null &&
		['https:', 'http:'].includes(url.protocol) &&
		url.username === '' &&
		url.search === '' &&
		url.hash === ''
	);
}

function oneOf(words: readonly string[]): string {
	return words.map((word) => `"${word}"`).join(', ');
}
