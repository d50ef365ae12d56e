import {UsageError} from '../errors.ts';
import {imageArchive} from './archive.ts';
import type {ImageSource} from './image.ts';
import {ociLayout} from './layout.ts';

const transports: Readonly<Record<string, (path: string, reference?: string) => ImageSource>> = {
	oci: ociLayout,
	'oci-archive': imageArchive,
	'docker-archive': imageArchive,
};

/**
 * An image on this machine, named as podman and skopeo name it: `oci:FOLDER[:REFERENCE]`,
 * `oci-archive:FILE[:REFERENCE]` or `docker-archive:FILE[:REFERENCE]`. What a reference is, the
 * image decides: a tag, a whole name or a digest. Undefined when `text` names no such transport.
 * @throws UsageError when the path is missing
 */
export function parseImageFile(text: string): ImageSource | undefined {
	const [transport = '', path = '', ...reference] = text.split(':');
	const open = Object.hasOwn(transports, transport) ? transports[transport] : undefined;
	if (open === undefined || text === transport) return undefined;
	if (path === '')
		throw new UsageError(`${JSON.stringify(text)} names no file`, {
			hint: `Write it as ${transport}:PATH or ${transport}:PATH:REFERENCE.`,
		});
	return reference.length === 0 ? open(path) : open(path, reference.join(':'));
}
