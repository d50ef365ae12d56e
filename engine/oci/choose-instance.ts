import {Refused} from '../errors.ts';
import type {Descriptor} from './descriptor.ts';
import {isManifestType} from './media-types.ts';
import {formatPlatform, type Platform, platformRank} from './platform.ts';

const zstdAnnotation = 'io.github.containers.compression.zstd';
const referenceTypeAnnotation = 'vnd.docker.reference.type';

/** Whether an entry of an index is an image at all, and not about one. */
function isImage({mediaType, platform, annotations, artifactType}: Descriptor): boolean {
	return (
		isManifestType(mediaType) &&
		artifactType === undefined &&
		// buildx puts attestations beside the images.
		platform?.os !== 'unknown' &&
		annotations[referenceTypeAnnotation] === undefined
	);
}

/**
 * The entry of an index for a platform: the best variant, then zstd before gzip, then the first.
 * Entries that name no platform come last; what the image is for is in its config too.
 * @throws Refused `no-such-platform` with what there is
 */
export function chooseInstance(entries: readonly Descriptor[], wanted: Platform): Descriptor {
	const images = entries.filter(isImage);
	const suitable = images
		.map((entry) => ({entry, rank: rankOf(entry, wanted)}))
		.filter((candidate) => candidate.rank !== undefined)
		.sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
	const [best] = suitable;
	if (best !== undefined) return best.entry;
	const offered = images.flatMap(({platform}) => platform ?? []).map(formatPlatform);
	throw new Refused(
		'no-such-platform',
		`the image is not there for ${formatPlatform(wanted)}, only for ${offered.join(', ') || 'nothing'}`,
		{hint: `Build it for ${formatPlatform(wanted)} too, or use the machine that it is for.`},
	);
}

function rankOf({platform, annotations}: Descriptor, wanted: Platform): number | undefined {
	const rank = platform === undefined ? 100 : platformRank(wanted, platform);
	if (rank === undefined) return undefined;
	return annotations[zstdAnnotation] === 'true' ? rank : rank + 0.5;
}
