import path from 'node:path';
import type {TomlTable} from 'smol-toml';
import * as v from 'valibot';
import {UsageError} from '../errors.ts';
import {lineOfKey, parseSettings, type SettingsFile, settingsHint} from '../settings-file.ts';
import {nearestWord} from '../suggestion.ts';
import {namesIn} from '../system/read-folder.ts';
import {readText} from '../system/read-text.ts';
import type {FleetLockServer} from './fleetlock.ts';
import {type FileSettings, knownKeys, settingsSchema, type UpdateMode} from './settings-schema.ts';
import {type ApplyWindow, weekdays} from './windows.ts';

/**
 * How a machine keeps itself up to date: `update.toml`, with each key's default.
 *
 *   mode = "apply"             "off", "check", "stage" (goes in at the next reboot) or "apply" (reboots)
 *   delay-days = 0             days that an image has to be known to this machine before it is staged;
 *                              the tag must not move meanwhile, so choose fewer than lie between releases
 *   [check]
 *   interval = "4h"            from one look at the registry to the next
 *   random-delay = "1h"        added to it: a part of this, always the same for a machine
 *   [[windows]]                when to reboot; any number, a file that has one replaces all before it
 *   days = ["mon", …]          on which it opens; every day when left out
 *   start = "02:00"            by the clock on the wall
 *   end = "05:00"              or length = "3h", up to "24h"; may go past midnight
 *   time-zone = "Europe/Berlin"  the machine's own when left out
 *   [gates]
 *   metered = "wait"           download nothing where that costs money; or "ignore"
 *   min-battery = 50           percent, below which nothing is staged or applied unless on mains; 0 for any
 *   max-load = inf             one-minute load average for each processor, above which to wait
 *   [rollout]
 *   follow = true              whether to take part in rollouts that images announce
 *   duration = "0"             over which machines take an image that announces none
 *   place = 0.25               from 0 (first) to 1 (last); by default the machine's own, see machine-fraction.ts
 *   [fleetlock]
 *   url = ""                   of a server to ask before a reboot; empty for none
 *   group = "default"
 *   [hooks]
 *   time-limit = "10min"       for each program of hooks.d
 */
export interface UpdateSettings {
	readonly mode: UpdateMode;
	readonly delayDays: number;
	readonly check: {readonly intervalMs: number; readonly randomDelayMs: number};
	/** At least one. */
	readonly windows: readonly ApplyWindow[];
	readonly gates: {
		readonly metered: 'wait' | 'ignore';
		readonly minBatteryPercent: number;
		/** For each processor; may be infinite. */
		readonly maxLoad: number;
	};
	readonly rollout: {
		readonly follow: boolean;
		readonly durationMs: number;
		/** From 0 to 1; undefined for the machine's own. */
		readonly place: number | undefined;
	};
	readonly fleetlock: FleetLockServer | undefined;
	readonly hooks: {readonly timeLimitMs: number};
}

/** What the image says, then what the machine says; of the last, files by name after this one. */
export const settingsFiles = ['/usr/lib/slipway/update.toml', '/etc/slipway/update.toml'] as const;
const dropInFolder = '/etc/slipway/update.d';

/**
 * Settings of the running system.
 * @param root what stands before all paths
 * @throws UsageError with all mistakes, see {@link updateSettings}
 */
export async function readUpdateSettings(root = '/'): Promise<UpdateSettings> {
	const dropIns = (await namesIn(path.join(root, dropInFolder)))
		.filter((name) => name.endsWith('.toml'))
		.map((name) => path.join(dropInFolder, name));
	const files: SettingsFile[] = [];
	for (const place of [...settingsFiles, ...dropIns]) {
		const text = await readText(path.join(root, place));
		if (text !== undefined) files.push({path: place, text});
	}
	return updateSettings(files);
}

/**
 * Merges files key by key, later ones winning.
 * @throws UsageError with the file, the line, what was found and what was expected, for all mistakes at once
 */
export function updateSettings(files: readonly SettingsFile[]): UpdateSettings {
	const checked = files.map(checkFile);
	const wrong = files.filter((_, at) => checked[at]?.mistakes.length !== 0);
	if (wrong.length > 0)
		throw new UsageError(checked.flatMap(({mistakes}) => mistakes).join('; '), {
			hint: wrong.map(({path}) => settingsHint(path)).join(' '),
		});
	return withDefaults(checked.map(({settings}) => settings).reduce(merge, {}));
}

interface CheckedFile {
	readonly settings: FileSettings;
	readonly mistakes: readonly string[];
}

function checkFile(file: SettingsFile): CheckedFile {
	let table: TomlTable;
	try {
		table = parseSettings(file);
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		return {settings: {}, mistakes: [error.message]};
	}
	const result = v.safeParse(settingsSchema, table);
	return result.success
		? {settings: result.output, mistakes: []}
		: {settings: {}, mistakes: result.issues.map((issue) => describeMistake(file, issue))};
}

function describeMistake(file: SettingsFile, issue: v.InferIssue<typeof settingsSchema>): string {
	const place = (issue.path ?? []).map(({key}) => String(key));
	const name = place.join('.');
	const found = issue.path?.at(-1)?.value;
	const where = `${file.path}, line ${lineOfKey(file.text, place)}`;
	if (issue.expected === 'never') {
		const known = knownKeys(place.slice(0, -1));
		const nearest = nearestWord(place.at(-1) ?? '', known);
		return `${where}: unknown key ${name}, expected ${nearest ?? `one of ${known.join(', ')}`}`;
	}
	const isOwnWording = !issue.message.startsWith('Invalid');
	const expected = isOwnWording ? issue.message : issue.expected === 'Object' ? 'a table' : 'it';
	return found === undefined
		? `${where}: ${name} is missing`
		: `${where}: ${name} is ${show(found)}, expected ${expected}`;
}

function show(value: unknown): string {
	return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** Tables are merged, lists are not. */
function merge(before: FileSettings, file: FileSettings): FileSettings {
	return {
		...before,
		...file,
		check: {...before.check, ...file.check},
		gates: {...before.gates, ...file.gates},
		rollout: {...before.rollout, ...file.rollout},
		fleetlock: {...before.fleetlock, ...file.fleetlock},
		hooks: {...before.hooks, ...file.hooks},
	};
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const everyNight: ApplyWindow = {
	days: weekdays,
	startMinute: 2 * 60,
	lengthMinutes: 3 * 60,
	timeZone: undefined,
};

function withDefaults({
	mode,
	check,
	windows,
	gates,
	rollout,
	...file
}: FileSettings): UpdateSettings {
	const {url = '', group = 'default'} = file.fleetlock ?? {};
	return {
		mode: mode ?? 'apply',
		delayDays: file['delay-days'] ?? 0,
		check: {
			intervalMs: check?.interval ?? 4 * hourMs,
			randomDelayMs: check?.['random-delay'] ?? hourMs,
		},
		windows: windows ?? [everyNight],
		gates: {
			metered: gates?.metered ?? 'wait',
			minBatteryPercent: gates?.['min-battery'] ?? 50,
			maxLoad: gates?.['max-load'] ?? Number.POSITIVE_INFINITY,
		},
		rollout: {
			follow: rollout?.follow ?? true,
			durationMs: rollout?.duration ?? 0,
			place: rollout?.place,
		},
		fleetlock: url === '' ? undefined : {url, group},
		hooks: {timeLimitMs: file.hooks?.['time-limit'] ?? 10 * minuteMs},
	};
}
