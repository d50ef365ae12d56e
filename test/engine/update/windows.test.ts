import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {isTimeZone} from '../../../engine/update/wall-clock.ts';
import {type ApplyWindow, nextOpening, weekdays} from '../../../engine/update/windows.ts';
import {type SeededRandom, seededRandom} from '../../seeded.ts';

const test = suite('apply windows');
const minuteMs = 60_000;

/** From `02:00-05:00`, every day, in the machine's zone. */
function window(times: string, changes: Partial<ApplyWindow> = {}): ApplyWindow {
	const [start = 0, end = 0] = times.split('-').map((time) => {
		const [hours = 0, minutes = 0] = time.split(':').map(Number);
		return hours * 60 + minutes;
	});
	return {
		days: weekdays,
		startMinute: start,
		lengthMinutes: (end - start + 1440) % 1440 || 1440,
		timeZone: undefined,
		...changes,
	};
}

const nightly = window('02:00-05:00');
const berlin = 'Europe/Berlin';
const sundays = {days: ['sun']} as const;

const cases: readonly (readonly [
	name: string,
	windows: readonly ApplyWindow[],
	zone: string,
	now: string,
	opens: string | undefined,
])[] = [
	['tonight', [nightly], 'UTC', '2026-06-10T13:00Z', '2026-06-11T02:00Z'],
	['while it is open', [nightly], 'UTC', '2026-06-10T03:17:05.123Z', '2026-06-10T03:17:05.123Z'],
	['at its first moment', [nightly], 'UTC', '2026-06-10T02:00Z', '2026-06-10T02:00Z'],
	['not at its end', [nightly], 'UTC', '2026-06-10T05:00Z', '2026-06-11T02:00Z'],
	['in the zone of the machine', [nightly], berlin, '2026-06-10T13:00Z', '2026-06-11T00:00Z'],
	[
		'in a zone of its own',
		[window('02:00-05:00', {timeZone: 'Asia/Kathmandu'})],
		berlin,
		'2026-06-10T13:00Z',
		'2026-06-10T20:15Z',
	],
	[
		'the earliest of several',
		[nightly, window('22:00-23:00'), window('12:00-13:00', {days: ['mon']})],
		'UTC',
		'2026-06-10T13:00Z',
		'2026-06-10T22:00Z',
	],
	[
		'on its days alone',
		[window('02:00-05:00', {days: ['mon', 'sat']})],
		'UTC',
		'2026-06-10T13:00Z',
		'2026-06-13T02:00Z',
	],
	[
		'after midnight too, of the day on which it opened',
		[window('23:00-01:00', {days: ['tue']})],
		'UTC',
		'2026-06-10T00:59Z',
		'2026-06-10T00:59Z',
	],
	[
		'not before midnight of the day after',
		[window('23:00-01:00', {days: ['tue']})],
		'UTC',
		'2026-06-10T23:30Z',
		'2026-06-16T23:00Z',
	],
	[
		'all of a day',
		[window('12:00-12:00', {days: ['tue']})],
		'UTC',
		'2026-06-10T11:59Z',
		'2026-06-10T11:59Z',
	],
	['after the hour that is left out', [nightly], berlin, '2026-03-29T00:30Z', '2026-03-29T01:00Z'],
	[
		'not in a night that has no such time',
		[window('02:00-03:00')],
		berlin,
		'2026-03-29T00:30Z',
		'2026-03-30T00:00Z',
	],
	[
		'a week later, where that was its only night',
		[window('02:00-02:30', sundays)],
		berlin,
		'2026-03-28T00:00Z',
		'2026-04-05T00:00Z',
	],
	[
		'again in the hour that comes twice',
		[window('02:00-02:30', sundays)],
		berlin,
		'2026-10-25T00:30Z',
		'2026-10-25T01:00Z',
	],
	[
		'through the hour that comes twice',
		[window('02:00-03:00', sundays)],
		berlin,
		'2026-10-25T01:59Z',
		'2026-10-25T01:59Z',
	],
	[
		'where half an hour is left out',
		[window('02:10-02:40')],
		'Australia/Lord_Howe',
		'2026-10-03T15:00Z',
		'2026-10-03T15:30Z',
	],
	[
		'where the day begins at one',
		[window('00:00-00:30')],
		'America/Asuncion',
		'2024-10-05T12:00Z',
		'2024-10-07T03:00Z',
	],
	[
		'where a day was left out',
		[window('02:00-05:00', {days: ['fri']})],
		'Pacific/Apia',
		'2011-12-29T20:00Z',
		'2012-01-05T12:00Z',
	],
	['never without any', [], 'UTC', '2026-06-10T13:00Z', undefined],
	[
		'never without days',
		[window('02:00-05:00', {days: []})],
		'UTC',
		'2026-06-10T13:00Z',
		undefined,
	],
];
for (const [name, windows, zone, now, opens] of cases)
	test(`open ${name}`, () => {
		const found = nextOpening(windows, new Date(now), zone);
		assert.is(found?.toISOString(), opens && new Date(opens).toISOString());
	});

const zones = [
	'UTC',
	berlin,
	'America/New_York',
	'America/St_Johns',
	'Asia/Kathmandu',
	'Asia/Kolkata',
	'Australia/Lord_Howe',
	'Africa/Casablanca',
	'America/Santiago',
	'Pacific/Apia',
	'Pacific/Chatham',
	'Africa/Cairo',
] as const;

/** Near these, clocks change in one of the zones. */
const changes = [
	'2026-03-08T07:00Z',
	'2026-03-29T01:00Z',
	'2026-04-04T15:00Z',
	'2026-10-03T15:30Z',
	'2026-10-25T01:00Z',
	'2026-11-01T06:00Z',
	'2011-12-30T10:00Z',
] as const;

/** What the clock on the wall shows, read from a formatter in the plainest way. */
function wallClock(zone: string): (time: number) => {weekday: string; minute: number} {
	const format = new Intl.DateTimeFormat('en-US', {
		timeZone: zone,
		weekday: 'short',
		hour: '2-digit',
		minute: '2-digit',
		hourCycle: 'h23',
	});
	return (time) => {
		const parts = new Map(format.formatToParts(time).map(({type, value}) => [type, value]));
		return {
			weekday: (parts.get('weekday') ?? '').toLowerCase(),
			minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
		};
	};
}

function isOpen(one: ApplyWindow, {weekday, minute}: {weekday: string; minute: number}): boolean {
	const names: readonly string[] = weekdays;
	const yesterday = names[(names.indexOf(weekday) + 6) % 7];
	const isToday = one.days.some((day) => day === weekday);
	const wasYesterday = one.days.some((day) => day === yesterday);
	const end = one.startMinute + one.lengthMinutes;
	return (
		(isToday && minute >= one.startMinute && minute < end) ||
		(wasYesterday && minute + 1440 >= one.startMinute && minute + 1440 < end)
	);
}

function randomWindow(random: SeededRandom): ApplyWindow {
	const days = weekdays.filter(() => random.below(2) === 0);
	return {
		days: days.length === 0 ? [random.pick(weekdays)] : days,
		startMinute: random.below(1440),
		lengthMinutes: random.pick([1, 30, 60, 180, 1440, random.between(1, 1440)]),
		timeZone: random.below(2) === 0 ? undefined : random.pick(zones),
	};
}

test('open when a walk minute by minute finds them open', () => {
	const random = seededRandom(11);
	const clocks = new Map(zones.map((zone) => [zone as string, wallClock(zone)]));
	// Each tries every minute of some days.
	const rounds = 120;
	for (let round = 0; round < rounds; round++) {
		const windows = Array.from({length: random.between(1, 3)}, () => randomWindow(random));
		const zone = random.pick(zones);
		const now = Date.parse(random.pick(changes)) + random.between(-2 * 1440, 2 * 1440) * minuteMs;
		let walked = now;
		const isOpenThen = (one: ApplyWindow): boolean => {
			const clock = clocks.get(one.timeZone ?? zone);
			return clock !== undefined && isOpen(one, clock(walked));
		};
		while (!windows.some(isOpenThen)) walked += minuteMs;
		assert.is(
			nextOpening(windows, new Date(now), zone)?.toISOString(),
			new Date(walked).toISOString(),
			JSON.stringify({windows, zone, now: new Date(now)}),
		);
	}
});

test('know the names of zones', () => {
	assert.equal(
		['UTC', 'Europe/Berlin', 'US/Eastern', 'Europe/Berlim', '', 'local'].map(isTimeZone),
		[true, true, true, false, false, false],
	);
});

test.run();
