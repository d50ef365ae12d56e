import {type ImageReference, isShortName, parseReference} from '../reference.ts';
import type {SettingsPlaces} from './places.ts';
import {readRegistries} from './read-registries.ts';

/**
 * Reads a reference as a person writes it. A short name means what `[aliases]` of the files of
 * registries say, and nothing without one: registries are not searched.
 * @throws UsageError also for a mistake in those files
 */
export async function resolveReference(
	text: string,
	places: SettingsPlaces,
): Promise<ImageReference> {
	if (!isShortName(text)) return parseReference(text);
	const {aliases} = await readRegistries(places);
	return parseReference(withoutAlias(text, aliases));
}

/** A name with tag or digest, whose short name is put in full when there is an alias for it. */
function withoutAlias(text: string, aliases: ReadonlyMap<string, string>): string {
	const [name = ''] = text.split(/[:@]/, 1);
	const full = aliases.get(name);
	return full ? `${full}${text.slice(name.length)}` : text;
}
