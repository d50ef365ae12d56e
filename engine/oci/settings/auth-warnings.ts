import {stat} from 'node:fs/promises';
import {authPlaces} from './auth-places.ts';
import {placed, type SettingsPlaces} from './places.ts';

/** What a person should know about files of settings. */
export interface SettingsWarning {
	/** Stable. */
	readonly code: string;
	readonly message: string;
	readonly hint: string;
}

/** Files of credentials that all users of the machine can read. */
export async function authFileWarnings(
	places: SettingsPlaces,
	authFile?: string,
): Promise<SettingsWarning[]> {
	const warnings: SettingsWarning[] = [];
	for (const file of authPlaces(places, authFile).files)
		if (await isReadableByAll(placed(places, file)))
			warnings.push({
				code: 'readable-credentials',
				message: `every user of this machine can read the registry credentials in ${file}`,
				hint: file.startsWith('/usr/')
					? `Give ${file} mode 0600 in the image, or keep credentials out of it.`
					: `Run chmod 600 ${file}`,
			});
	return warnings;
}

async function isReadableByAll(file: string): Promise<boolean> {
	const facts = await stat(file).catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
		throw error;
	});
	return facts?.isFile() === true && (facts.mode & 0o004) !== 0;
}
