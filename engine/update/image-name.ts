import {type ImageReference, transports} from '../deployment/origin.ts';
import {UsageError} from '../errors.ts';
import {formatReference} from '../oci/reference.ts';
import type {SettingsPlaces} from '../oci/settings/places.ts';
import {resolveReference} from '../oci/settings/short-name.ts';
import {storedReference} from './stored-image.ts';

/** For help pages and messages. */
export const imageNameSyntax =
	'REGISTRY/NAME:TAG, oci:FOLDER[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME] or containers-storage:NAME';

/**
 * What a person means by the name of an image, in the way in which skopeo writes them. A machine may read
 * it again much later, so paths and names are given in full.
 * @throws UsageError
 */
export async function parseImageName(
	text: string,
	places: SettingsPlaces,
): Promise<ImageReference> {
	const [, word = '', rest = ''] = /^([a-z-]+):(?!\/\/)(.*)$/.exec(text) ?? [];
	const transport = transports.find((one) => one === word && one !== 'registry');
	if (transport === undefined)
		return {image: formatReference(await resolveReference(text, places)), transport: 'registry'};
	if (rest === '')
		throw new UsageError(`"${text}" names no image`, {hint: `Write ${imageNameSyntax}.`});
	if (transport === 'containers-storage') storedReference(rest);
	else if (!rest.startsWith('/'))
		throw new UsageError(`"${text}" is not an absolute path`, {
			hint: `The machine looks there again for updates: write ${transport}:/PATH.`,
		});
	return {image: rest, transport};
}

/** `/path/of/archive:name`; neither has a colon of its own. */
export function splitArchiveName(image: string): {path: string; name: string | undefined} {
	const colon = image.indexOf(':');
	return colon === -1
		? {path: image, name: undefined}
		: {path: image.slice(0, colon), name: image.slice(colon + 1)};
}

/** The name as {@link parseImageName} reads it. */
export function formatImageName({image, transport}: ImageReference): string {
	return transport === 'registry' ? image : `${transport}:${image}`;
}
