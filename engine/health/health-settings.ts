import path from 'node:path';
import type {TomlTable} from 'smol-toml';
import {UsageError} from '../errors.ts';
import {lineOfKey, parseSettings, type SettingsFile, settingsMistake} from '../settings-file.ts';
import {readText} from '../system/read-text.ts';

/**
 * How long health checks may take, in seconds:
 *
 *   time-limit = 120        # each
 *   [time-limits]
 *   10-web = 600            # this one
 */
export interface HealthSettings {
	readonly timeLimit: number;
	/** By name of the check. */
	readonly timeLimits: Readonly<Record<string, number>>;
}

/** Those of the image and, above them, those of the machine. */
export const healthSettingsFiles = [
	'/usr/lib/slipway/health.toml',
	'/etc/slipway/health.toml',
] as const;

export const defaultHealthSettings: HealthSettings = {timeLimit: 300, timeLimits: {}};

const longestTimeLimit = 24 * 60 * 60;

/**
 * @param files in the order of {@link healthSettingsFiles}
 * @throws UsageError with file, line and what was expected
 */
export function healthSettings(files: readonly SettingsFile[]): HealthSettings {
	return files.map(parseHealthSettings).reduce<HealthSettings>(
		(below, above) => ({
			timeLimit: above.timeLimit ?? below.timeLimit,
			timeLimits: {...below.timeLimits, ...above.timeLimits},
		}),
		defaultHealthSettings,
	);
}

export interface FoundHealthSettings extends HealthSettings {
	/** Mistakes of the machine's file, which is left out then. */
	readonly problems: readonly string[];
}

/**
 * A mistake in the machine's own file must not make it give up an image that is good, so the image's limits
 * hold then.
 * @param root what stands before all paths; for tests
 * @throws UsageError for a mistake in the image's file
 */
export async function readHealthSettings(root = '/'): Promise<FoundHealthSettings> {
	const [inImage, onMachine] = healthSettingsFiles;
	const image = await readSettingsFile(inImage, root);
	const settings = healthSettings(image);
	const machine = await readSettingsFile(onMachine, root);
	try {
		return {...healthSettings([...image, ...machine]), problems: []};
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		return {...settings, problems: [error.message]};
	}
}

/** None when there is no such file. */
async function readSettingsFile(file: string, root: string): Promise<SettingsFile[]> {
	const text = await readText(path.join(root, file));
	return text === undefined ? [] : [{path: file, text}];
}

function parseHealthSettings(file: SettingsFile): Partial<HealthSettings> {
	const {'time-limit': timeLimit, 'time-limits': timeLimits, ...unknown} = parseSettings(file);
	const [unknownKey] = Object.keys(unknown);
	if (unknownKey !== undefined)
		throw settingsMistake(file, lineOfKey(file.text, [unknownKey]), {
			what: `unknown key "${unknownKey}"`,
			expected: 'time-limit or [time-limits]',
		});
	return {
		...(timeLimit !== undefined && {timeLimit: secondsOf(file, ['time-limit'], timeLimit)}),
		...(timeLimits !== undefined && {timeLimits: parseTimeLimits(file, timeLimits)}),
	};
}

function parseTimeLimits(file: SettingsFile, table: TomlTable[string]): Record<string, number> {
	if (typeof table !== 'object' || Array.isArray(table) || table instanceof Date)
		throw settingsMistake(file, lineOfKey(file.text, ['time-limits']), {
			what: 'time-limits is not a table',
			expected: '[time-limits] with lines such as 10-web = 600',
		});
	return Object.fromEntries(
		Object.entries(table).map(([name, value]) => [
			name,
			secondsOf(file, ['time-limits', name], value),
		]),
	);
}

function secondsOf(file: SettingsFile, key: readonly string[], value: TomlTable[string]): number {
	if (Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= longestTimeLimit)
		return Number(value);
	throw settingsMistake(file, lineOfKey(file.text, key), {
		what: `${key.join('.')} is ${JSON.stringify(value)}`,
		expected: `whole seconds from 1 to ${longestTimeLimit}`,
	});
}
