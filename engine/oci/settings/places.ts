import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {UsageError} from '../../errors.ts';

/** Where files of settings that are shared with podman are looked for. */
export interface SettingsPlaces {
	/** All paths lie below it, those in the environment too: `/`, or a temp folder in tests. */
	readonly root: string;
	readonly environment: Readonly<Record<string, string | undefined>>;
	/**
	 * Looks in the folders of the person in `environment` as well, before all others. A service of
	 * the system does not: what it does must not depend on who started it.
	 */
	readonly includesHome: boolean;
}

/** The folder of a person's settings; undefined when homes are left out, or there is none. */
export function homeSettings({environment, includesHome}: SettingsPlaces): string | undefined {
	if (!includesHome) return undefined;
	const {XDG_CONFIG_HOME: configHome, HOME: home} = environment;
	if (configHome) return path.join(configHome, 'containers');
	return home ? path.join(home, '.config/containers') : undefined;
}

/** Where containers' settings lie; the first is above the others. */
export function settingsFolders(places: SettingsPlaces): string[] {
	const home = homeSettings(places);
	return [...(home === undefined ? [] : [home]), '/etc/containers', '/usr/share/containers'];
}

/** Where a path of settings is on this system. */
export function placed({root}: SettingsPlaces, file: string): string {
	return path.join(root, path.resolve(file));
}

/** Undefined when there is no such file. */
export async function readSettings(
	places: SettingsPlaces,
	file: string,
): Promise<Buffer | undefined> {
	try {
		return await readFile(placed(places, file));
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		throw error;
	}
}

/**
 * Reads a file that somebody named.
 * @param namedBy an option or a variable
 * @throws UsageError when there is none
 */
export async function readNamedSettings(
	places: SettingsPlaces,
	file: string,
	namedBy: string,
): Promise<Buffer> {
	const bytes = await readSettings(places, file);
	if (bytes !== undefined) return bytes;
	throw new UsageError(`${namedBy} names ${file}, and there is no such file`, {
		hint: 'Correct the path, or leave it out to use the files of the system.',
	});
}
