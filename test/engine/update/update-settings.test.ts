import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {UsageError} from '../../../engine/errors.ts';
import {parseApplyWindow} from '../../../engine/update/settings-schema.ts';
import {readUpdateSettings, updateSettings} from '../../../engine/update/update-settings.ts';
import {weekdays} from '../../../engine/update/windows.ts';
import {fuzzRounds, mutate, seededRandom} from '../../seeded.ts';
import {defaultSettings} from './samples.ts';

const test = suite('update settings');
const hour = 3_600_000;
const own = '/etc/slipway/update.toml';
const vendor = '/usr/lib/slipway/update.toml';

test('check every few hours and reboot at night when nobody says anything', () => {
	assert.equal(updateSettings([]), defaultSettings);
	assert.equal(updateSettings([{path: own, text: '# nothing\n[check]\n'}]), defaultSettings);
});

const everything = `mode = "stage"
delay-days = 3
[check]
interval = "1d"
random-delay = "0"
[[windows]]
days = ["sat", "sun"]
start = "22:30"
end = "24:00"
time-zone = "America/New_York"
[[windows]]
start = "00:00"
length = "24h"
[gates]
metered = "ignore"
min-battery = 80
max-load = 1.5
[rollout]
follow = false
duration = "2d"
place = 0.25
[fleetlock]
url = "https://lock.example.com/api"
group = "web-1"
[hooks]
time-limit = "90s"
`;

test('are what a file says', () => {
	assert.equal(updateSettings([{path: own, text: everything}]), {
		mode: 'stage',
		delayDays: 3,
		check: {intervalMs: 24 * hour, randomDelayMs: 0},
		windows: [
			{
				days: ['sat', 'sun'],
				startMinute: 22 * 60 + 30,
				lengthMinutes: 90,
				timeZone: 'America/New_York',
			},
			{days: weekdays, startMinute: 0, lengthMinutes: 24 * 60, timeZone: undefined},
		],
		gates: {metered: 'ignore', minBatteryPercent: 80, maxLoad: 1.5},
		rollout: {follow: false, durationMs: 48 * hour, place: 0.25},
		fleetlock: {url: 'https://lock.example.com/api', group: 'web-1'},
		hooks: {timeLimitMs: 90_000},
	});
});

test('are merged key by key, lists as a whole, later files winning', () => {
	const merged = updateSettings([
		{path: vendor, text: everything},
		{
			path: own,
			text: 'mode = "apply"\ngates = {min-battery = 0}\n[[windows]]\nstart = "23:00"\nend = "01:00"',
		},
		{path: '/etc/slipway/update.d/50.toml', text: '[fleetlock]\nurl = ""\n[gates]\nmax-load = inf'},
	]);
	assert.equal(
		[merged.mode, merged.delayDays, merged.windows, merged.gates, merged.fleetlock],
		[
			'apply',
			3,
			[{days: weekdays, startMinute: 23 * 60, lengthMinutes: 120, timeZone: undefined}],
			{metered: 'ignore', minBatteryPercent: 0, maxLoad: Number.POSITIVE_INFINITY},
			undefined,
		],
	);
});

function mistakeOf(text: string): string {
	try {
		updateSettings([{path: own, text}]);
	} catch (error) {
		if (error instanceof UsageError) return error.message;
		throw error;
	}
	return 'none';
}

const durations = 'a duration such as "4h", "90min" or "1d 12h"';
const windowKeys = 'either end or length beside start, and an end that is not start';
const mistakes: readonly (readonly [text: string, message: string])[] = [
	['mode = "auto"', 'line 1: mode is "auto", expected "off", "check", "stage", "apply"'],
	['\nmod = "off"', 'line 2: unknown key mod, expected mode'],
	[
		'schedule = 1',
		'line 1: unknown key schedule, expected one of mode, delay-days, check, windows, gates, rollout, fleetlock, hooks',
	],
	['[check]\n\nintervall = "4h"', 'line 3: unknown key check.intervall, expected interval'],
	['check.interval = 4', `line 1: check.interval is 4, expected ${durations}, at least 1min`],
	['check = "4h"', 'line 1: check is "4h", expected a table'],
	[
		'[check]\ninterval = "1s"',
		`line 2: check.interval is "1s", expected ${durations}, at least 1min`,
	],
	['[check]\nrandom-delay = "soon"', `line 2: check.random-delay is "soon", expected ${durations}`],
	['delay-days = 1.5', 'line 1: delay-days is 1.5, expected a whole number of days from 0 to 365'],
	['delay-days = -1', 'line 1: delay-days is -1, expected a whole number of days from 0 to 365'],
	[
		'windows = []',
		'line 1: windows is [], expected a list of windows, at least one; mode = "stage" never reboots',
	],
	[
		'[windows]\nstart = "02:00"',
		'line 1: windows is {"start":"02:00"}, expected a list of windows, at least one; mode = "stage" never reboots',
	],
	['[[windows]]\nend = "02:00"', 'line 1: windows.0.start is missing'],
	[
		'[[windows]]\nstart = "2:00"\nend = "05:00"',
		'line 2: windows.0.start is "2:00", expected a time such as "02:00"',
	],
	[
		'[[windows]]\nstart = 02:00:00\nend = "05:00"',
		'line 2: windows.0.start is "02:00:00.000", expected a time such as "02:00"',
	],
	[
		'[[windows]]\nstart = "02:00"\nend = "24:01"',
		'line 3: windows.0.end is "24:01", expected a time such as "05:00"',
	],
	[
		'[[windows]]\nstart = "02:00"\nlength = "25h"',
		`line 3: windows.0.length is "25h", expected ${durations}, from 1min to 24h`,
	],
	[
		'[[windows]]\nstart = "02:00"',
		`line 1: windows.0 is {"start":"02:00"}, expected ${windowKeys}`,
	],
	[
		'[[windows]]\nstart = "00:00"\nend = "24:00"',
		`line 1: windows.0 is {"start":"00:00","end":"24:00"}, expected ${windowKeys}`,
	],
	[
		'[[windows]]\nstart = "01:00"\nlength = "1h"\n[[windows]]\nstart = "02:00"\nlength = "1h"\nzone = "UTC"',
		'line 7: unknown key windows.1.zone, expected one of days, start, end, length, time-zone',
	],
	[
		'[[windows]]\nstart = "01:00"\nlength = "1h"\ndays = ["mon", "Tuesday"]',
		'line 4: windows.0.days.1 is "Tuesday", expected a list of days such as ["mon", "tue"], of "sun", "mon", "tue", "wed", "thu", "fri", "sat"',
	],
	[
		'[[windows]]\nstart = "01:00"\nlength = "1h"\ntime-zone = "Berlin"',
		'line 4: windows.0.time-zone is "Berlin", expected a time zone such as "Europe/Berlin"',
	],
	['[gates]\nmetered = true', 'line 2: gates.metered is true, expected "wait", "ignore"'],
	[
		'[gates]\nmin-battery = 101',
		'line 2: gates.min-battery is 101, expected a whole number of percent from 0 to 100',
	],
	['[gates]\nmax-load = 0', 'line 2: gates.max-load is 0, expected a number above 0, or inf'],
	['[gates]\nmax-load = nan', 'line 2: gates.max-load is NaN, expected a number above 0, or inf'],
	['[rollout]\nplace = 2', 'line 2: rollout.place is 2, expected a number from 0 to 1'],
	['[rollout]\nfollow = "yes"', 'line 2: rollout.follow is "yes", expected true or false'],
	[
		'[fleetlock]\nurl = "lock.example.com"',
		'line 2: fleetlock.url is "lock.example.com", expected a URL with https:// or http://',
	],
	[
		'[fleetlock]\ngroup = "a b"',
		'line 2: fleetlock.group is "a b", expected a name of letters, digits, dots and dashes',
	],
	[
		'[hooks]\ntime-limit = "0"',
		`line 2: hooks.time-limit is "0", expected ${durations}, at least 1s`,
	],
	['mode = ', 'line 1: '],
];
for (const [text, message] of mistakes)
	test(`name file, line and what was expected for ${JSON.stringify(text)}`, () => {
		const found = mistakeOf(text);
		const expected = `${own}, ${message}`;
		assert.is(text === 'mode = ' ? found.slice(0, expected.length) : found, expected);
	});

test('tell the mistakes of all files at once, and who corrects them', () => {
	try {
		updateSettings([
			{path: vendor, text: 'mode = 1\ndelay-days = "x"'},
			{path: own, text: 'a = '},
		]);
		assert.unreachable('took it');
	} catch (error) {
		assert.instance(error, UsageError);
		const {message, hint} = error as UsageError;
		assert.match(
			message,
			/^\/usr\/lib\/slipway\/update\.toml, line 1: .*; \/usr\/lib\/slipway\/update\.toml, line 2: .*; \/etc\/slipway\/update\.toml, line 1: /,
		);
		assert.is(hint, `Correct ${vendor} in the image and build it again. Correct ${own}.`);
	}
});

test('are settings or mistakes for damaged text', () => {
	const random = seededRandom(5);
	for (let round = fuzzRounds(1_000); round > 0; round--) {
		const text = mutate(Buffer.from(everything), random).toString();
		try {
			assert.ok(updateSettings([{path: own, text}]).windows.length > 0);
		} catch (error) {
			if (!(error instanceof UsageError)) throw error;
		}
	}
});

test('are read from the image, the machine and its drop-ins by name', async () => {
	const root = mkdtempSync(path.join(tmpdir(), 'update-settings-'));
	try {
		assert.equal(await readUpdateSettings(root), defaultSettings);
		for (const [file, text] of [
			[vendor, 'mode = "off"\ndelay-days = 1\ngates.min-battery = 1'],
			['/etc/slipway/update.d/20-b.toml', 'mode = "check"'],
			['/etc/slipway/update.d/10-a.toml', 'mode = "off"\ngates.min-battery = 3'],
			['/etc/slipway/update.d/30-c.toml.bak', 'not TOML'],
			[own, 'mode = "stage"\ndelay-days = 2'],
		] as const) {
			mkdirSync(path.join(root, path.dirname(file)), {recursive: true});
			writeFileSync(path.join(root, file), text);
		}
		const {mode, delayDays, gates} = await readUpdateSettings(root);
		assert.equal([mode, delayDays, gates.minBatteryPercent], ['check', 2, 3]);
	} finally {
		rmSync(root, {recursive: true});
	}
});

test('have windows that other files may have too', () => {
	assert.equal(parseApplyWindow({start: '22:00', end: '05:00'}), {
		days: weekdays,
		startMinute: 22 * 60,
		lengthMinutes: 7 * 60,
		timeZone: undefined,
	});
	assert.is(parseApplyWindow({start: '22:00'}), undefined);
	assert.is(parseApplyWindow('22:00-05:00'), undefined);
});

test.run();
