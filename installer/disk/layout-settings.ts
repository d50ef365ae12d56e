import type {TomlTable, TomlValue} from 'smol-toml';
import {UsageError} from '../../engine/errors.ts';
import {lineOfKey, parseSettings, type SettingsFile} from '../../engine/settings-file.ts';
import type {Firmware} from './firmware.ts';
import {formatSize, parseSize, sizeSyntax} from './size.ts';

/** File systems that a root may have; the image needs the mkfs of the one that is used. */
export const rootFileSystems = ['ext4', 'btrfs', 'xfs'] as const;
export type RootFileSystem = (typeof rootFileSystems)[number];

/** How the image wants its disk laid out. */
export interface LayoutSettings {
	readonly rootFileSystem: RootFileSystem;
	/** Bytes; undefined for the default, which gives way on small disks. */
	readonly espSize: number | undefined;
	/** UEFI when left out. */
	readonly firmware?: Firmware;
}

export const defaultLayoutSettings: LayoutSettings = {rootFileSystem: 'ext4', espSize: undefined};

/** Where the image keeps its settings. */
export const settingsPath = '/usr/lib/slipway/install.toml';
/** Folder of bootc's settings: `*.toml`, in order of their names. */
export const bootcSettingsFolder = '/usr/lib/bootc/install';

/**
 * Merges what the image says: bootc's files in order of their names, then slipway's own, which wins.
 * @param architecture as in bootc's `match-architectures`: `x86_64`, `aarch64`
 * @throws UsageError with file, line and what was expected, all mistakes at once
 */
export function layoutSettings(
	own: SettingsFile | undefined,
	bootc: readonly SettingsFile[],
	architecture: string,
): LayoutSettings {
	const mistakes: string[] = [];
	const inOrder = [...bootc].sort((a, b) => (a.path < b.path ? -1 : 1));
	const settings = Object.assign(
		{},
		defaultLayoutSettings,
		...inOrder.map((file) => parseBootcSettings(file, architecture, mistakes)),
		own && parseOwnSettings(own, mistakes),
	);
	if (mistakes.length > 0) {
		throw new UsageError(mistakes.join('; '), {
			hint: 'Correct the file in the image and build it again.',
		});
	}
	return settings;
}

type SomeSettings = Partial<LayoutSettings>;

/** The smallest ESP that may be asked for; what boot content needs is checked with the content. */
export const smallestEsp = parseSize('64 MiB') ?? 0;

/** Strict: a key that it does not know is most likely a misspelt one. */
function parseOwnSettings(file: SettingsFile, mistakes: string[]): SomeSettings {
	const settings: {-readonly [key in keyof SomeSettings]: SomeSettings[key]} = {};
	for (const [key, value] of Object.entries(parseTable(file, mistakes))) {
		const place = `${file.path}, line ${lineOfKey(file.text, [key])}`;
		if (key === 'root-fs') {
			if (isRootFileSystem(value)) settings.rootFileSystem = value;
			else mistakes.push(`${place}: root-fs is ${show(value)}, expected ${oneOfFileSystems}`);
		} else if (key === 'esp-size') {
			const size = typeof value === 'string' ? parseSize(value) : undefined;
			if (size !== undefined && size >= smallestEsp) settings.espSize = size;
			else
				mistakes.push(
					`${place}: esp-size is ${show(value)}, expected ${sizeSyntax}, at least ${formatSize(smallestEsp)}`,
				);
		} else {
			mistakes.push(`${place}: unknown key "${key}", expected root-fs or esp-size`);
		}
	}
	return settings;
}

/**
 * Only what a layout needs of bootc's settings; the rest is bootc's own matter.
 * @see bootc-install-config(5)
 */
function parseBootcSettings(
	file: SettingsFile,
	architecture: string,
	mistakes: string[],
): SomeSettings {
	const install = child(parseTable(file, mistakes), 'install');
	const architectures = install?.['match-architectures'] ?? install?.match_architectures;
	if (Array.isArray(architectures) && !architectures.includes(architecture)) return {};
	const type = child(child(install, 'filesystem'), 'root')?.type;
	if (type === undefined) return {};
	if (isRootFileSystem(type)) return {rootFileSystem: type};
	const line = lineOfKey(file.text, ['install', 'filesystem', 'root', 'type']);
	mistakes.push(
		`${file.path}, line ${line}: the root's type is ${show(type)}, expected ${oneOfFileSystems}`,
	);
	return {};
}

const oneOfFileSystems = rootFileSystems.map((name) => `"${name}"`).join(', ');

export function isRootFileSystem(value: unknown): value is RootFileSystem {
	return rootFileSystems.some((name) => name === value);
}

function child(table: TomlTable | undefined, key: string): TomlTable | undefined {
	const value = table?.[key];
	return isTable(value) ? value : undefined;
}

function isTable(value: TomlValue | undefined): value is TomlTable {
	return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
}

function show(value: TomlValue): string {
	return JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? String(item) : item));
}

function parseTable(file: SettingsFile, mistakes: string[]): TomlTable {
	try {
		return parseSettings(file);
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		mistakes.push(error.message);
		return {};
	}
}
