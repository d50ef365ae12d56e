import {Refused} from '../errors.ts';
import type {Descriptor} from './descriptor.ts';
import {isIndexType, isManifestType} from './media-types.ts';

/** Annotations by which tools name the images of a layout: the tag alone, and in full. */
const refName = 'org.opencontainers.image.ref.name';
const fullName = 'io.containerd.image.name';

/**
 * The entry of a layout's `index.json` that is meant.
 * @param name a tag, a whole reference or a digest; without it there must be one image
 * @throws Refused `no-such-image`
 */
export function namedImage(
	entries: readonly Descriptor[],
	name: string | undefined,
	source: string,
): Descriptor {
	const images = entries.filter(
		({mediaType, artifactType}) =>
			artifactType === undefined && (isIndexType(mediaType) || isManifestType(mediaType)),
	);
	const meant = name === undefined ? images : images.filter((entry) => names(entry).includes(name));
	const [first] = meant;
	if (first !== undefined && meant.every(({digest}) => digest === first.digest)) return first;
	const known = images.map((entry) => names(entry)[0]).join(', ');
	if (first === undefined)
		throw new Refused('no-such-image', `${source} has no image ${name ?? 'at all'}`, {
			hint: known === '' ? 'Write one into it first.' : `It has: ${known}.`,
		});
	throw new Refused('no-such-image', `${source} has several images`, {
		hint: `Name one of them: ${known}.`,
	});
}

/** The best first. */
function names({annotations, digest}: Descriptor): string[] {
	return [annotations[fullName], annotations[refName], digest].filter((name) => name !== undefined);
}
