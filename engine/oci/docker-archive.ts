import * as v from 'valibot';
import {DamagedInput, Refused} from '../errors.ts';
import type {TarFile} from '../tar/tar-file.ts';
import {checked} from './checked.ts';
import {maxConfigSize, parseConfig} from './config.ts';
import type {ImageLayer, ImageSource} from './image.ts';
import {maxManifestSize} from './manifest.ts';
import {checkConfig} from './resolve-image.ts';
import {parseStrictJson} from './strict-json.ts';
import {digestOf} from './verified.ts';

const manifestFile = 'manifest.json';

const manifestSchema = v.array(
	v.object({
		Config: v.string(),
		RepoTags: v.nullish(v.array(v.string()), []),
		Layers: v.pipe(v.array(v.string()), v.maxLength(1000)),
	}),
);
type SavedImage = v.InferOutput<typeof manifestSchema>[number];

/**
 * An image in docker's own archive format: `manifest.json` lists config and layer files. It has no
 * manifest in the sense of a registry, so no digest by which a registry knows it.
 * @see https://github.com/moby/moby/blob/master/image/spec/v1.2.md#combined-image-json--filesystem-changeset-format
 */
export function dockerImage(tar: TarFile, reference: string | undefined): ImageSource {
	const name = `docker-archive:${tar.path}`;
	return {
		name,
		async open(platform) {
			const saved = chooseSaved(await readSaved(tar, name), reference, name);
			const bytes = await tar.readWhole(saved.Config, maxConfigSize);
			if (bytes === undefined) throw new DamagedInput(`${name} lacks the config ${saved.Config}`);
			const config = parseConfig(bytes);
			checkConfig(config, saved.Layers.length, platform);
			const layers = saved.Layers.map((member, index): ImageLayer => {
				const size = tar.sizeOf(member);
				const diffId = config.diffIds[index];
				if (size === undefined || diffId === undefined)
					throw new DamagedInput(`${name} lacks the layer ${member}`);
				return {diffId, size, descriptor: undefined, open: () => tar.read(member)};
			});
			const document = {bytes, digest: digestOf(bytes)};
			return {top: undefined, manifest: undefined, config: {...config, ...document}, layers};
		},
	};
}

async function readSaved(tar: TarFile, name: string): Promise<SavedImage[]> {
	const bytes = await tar.readWhole(manifestFile, maxManifestSize);
	if (bytes === undefined)
		throw new Refused('no-such-image', `${tar.path} is no image archive`, {
			hint: `It has neither index.json (OCI) nor ${manifestFile} (docker).`,
		});
	return checked(
		manifestSchema,
		parseStrictJson(bytes, manifestFile),
		`${manifestFile} of ${name}`,
	);
}

function chooseSaved(
	saved: readonly SavedImage[],
	reference: string | undefined,
	name: string,
): SavedImage {
	const meant =
		reference === undefined ? saved : saved.filter(({RepoTags}) => RepoTags?.includes(reference));
	const [first] = meant;
	if (first !== undefined && meant.length === 1) return first;
	const known = saved.flatMap(({RepoTags}) => RepoTags ?? []).join(', ');
	const problem =
		first === undefined ? `has no image ${reference ?? 'at all'}` : 'has several images';
	throw new Refused('no-such-image', `${name} ${problem}`, {
		hint: known === '' ? 'Write one image into it, with a tag.' : `Name one of them: ${known}.`,
	});
}
