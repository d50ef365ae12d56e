import path from 'node:path';
import type {SettingsFile} from '../../settings-file.ts';
import {namesIn} from '../../system/read-folder.ts';
import {
	placed,
	readNamedSettings,
	readSettings,
	type SettingsPlaces,
	settingsFolders,
} from './places.ts';
import {mergeRegistries, type Registries} from './registries.ts';
import {parseRegistriesFile} from './registries-file.ts';

const fileName = 'registries.conf';
/** The second is for containers of root alone, and so for us. */
const dropInFolders = ['registries.conf.d', 'registries.rootful.conf.d'];
const variable = 'CONTAINERS_REGISTRIES_CONF';

/**
 * @throws UsageError with file, line and what was expected
 * @see https://github.com/containers/container-libs/blob/main/image/docs/containers-registries.conf.d.5.md
 */
export async function readRegistries(places: SettingsPlaces): Promise<Registries> {
	return mergeRegistries((await readFiles(places)).map(parseRegistriesFile));
}

/** In the order in which they count, the last most. */
async function readFiles(places: SettingsPlaces): Promise<SettingsFile[]> {
	const {[variable]: instead, [`${variable}_OVERRIDE`]: above} = places.environment;
	return [
		...(instead
			? [await readNamed(places, instead, variable)]
			: [...(await readMainFile(places)), ...(await readDropIns(places))]),
		...(above ? [await readNamed(places, above, `${variable}_OVERRIDE`)] : []),
	];
}

async function readNamed(
	places: SettingsPlaces,
	file: string,
	namedBy: string,
): Promise<SettingsFile> {
	return {path: file, text: (await readNamedSettings(places, file, namedBy)).toString()};
}

async function readMainFile(places: SettingsPlaces): Promise<SettingsFile[]> {
	for (const folder of settingsFolders(places)) {
		const file = path.join(folder, fileName);
		const bytes = await readSettings(places, file);
		if (bytes !== undefined) return [{path: file, text: bytes.toString()}];
	}
	return [];
}

/** All folders together by file name; of two files of one name only that of the higher folder. */
async function readDropIns(places: SettingsPlaces): Promise<SettingsFile[]> {
	const chosen = new Map<string, string>();
	for (const folder of settingsFolders(places).toReversed())
		for (const dropIns of dropInFolders)
			for (const name of await namesIn(placed(places, path.join(folder, dropIns))))
				if (name.endsWith('.conf')) chosen.set(name, path.join(folder, dropIns, name));
	const files: SettingsFile[] = [];
	for (const [, file] of [...chosen].sort(([a], [b]) => (a < b ? -1 : 1))) {
		const bytes = await readSettings(places, file);
		if (bytes !== undefined) files.push({path: file, text: bytes.toString()});
	}
	return files;
}
