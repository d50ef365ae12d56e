import {readdirSync, readlinkSync} from 'node:fs';
import path from 'node:path';
import {readText} from '../../engine/system/read-text.ts';
import type {System} from '../../engine/system/system.ts';
import {keymapFolders, keymapOf} from './keymap-files.ts';

/** What the image has of languages, keyboards and time zones; empty where it has no list. */
export interface SystemChoices {
	readonly locales: readonly string[];
	readonly keymaps: readonly string[];
	readonly timeZones: readonly string[];
	/** What holds when nothing is chosen. */
	readonly defaults: {
		/** Empty when nobody knows. */
		readonly hostname: string;
		readonly locale: string;
		readonly keymap: string;
		readonly timeZone: string;
	};
}

/** @param inContainer the host name there is the container's, and nobody knows the image's */
export async function readChoices(
	system: Pick<System, 'run'>,
	{inContainer, root = '/'}: {readonly inContainer: boolean; readonly root?: string},
): Promise<SystemChoices> {
	const read = async (file: string): Promise<string> =>
		(await readText(path.join(root, file))) ?? '';
	const {stdout} = await system.run('locale', ['-a'], {okStatuses: [0, 1, 2]});
	return {
		locales: parseLocales(stdout),
		keymaps: keymapsIn(root),
		timeZones: timeZonesIn(path.join(root, 'usr/share/zoneinfo')),
		defaults: {
			hostname: inContainer ? '' : (await read('etc/hostname')).trim() || 'localhost',
			locale: settingOf(await read('etc/locale.conf'), 'LANG') ?? 'C.UTF-8',
			keymap: settingOf(await read('etc/vconsole.conf'), 'KEYMAP') ?? 'us',
			timeZone: timeZoneOf(path.join(root, 'etc/localtime')),
		},
	};
}

/** Of `locale -a`, which writes `utf8` where everybody else writes `UTF-8`. */
export function parseLocales(output: string): string[] {
	return output
		.split('\n')
		.map((line) => line.trim().replace(/\.utf-?8/i, '.UTF-8'))
		.filter((name) => name.includes('.UTF-8'))
		.sort();
}

function keymapsIn(root: string): string[] {
	const files = keymapFolders.flatMap((folder) => filesBelow(path.join(root, folder)));
	return [...new Set(files.flatMap((file) => keymapOf(file) ?? []))].sort();
}

/** Names of regions begin with a capital; the rest of the folder are tables and other clocks. */
function timeZonesIn(folder: string): string[] {
	return filesBelow(folder)
		.filter((name) => /^[A-Z][A-Za-z0-9_+/-]*$/.test(name))
		.sort();
}

function filesBelow(folder: string): string[] {
	try {
		return readdirSync(folder, {recursive: true, withFileTypes: true})
			.filter((entry) => !entry.isDirectory())
			.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
	} catch {
		return [];
	}
}

function settingOf(text: string, key: string): string | undefined {
	return new RegExp(`^${key}="?([^"\\n]+)"?$`, 'm').exec(text)?.[1];
}

function timeZoneOf(link: string): string {
	try {
		return /zoneinfo\/(.+)$/.exec(readlinkSync(link))?.[1] ?? 'UTC';
	} catch {
		return 'UTC';
	}
}
