import type {ImageReference} from '../deployment/origin.ts';
import {Refused} from '../errors.ts';
import type {Digest} from '../oci/digest.ts';
import type {Image} from '../oci/image.ts';
import {hostPlatform} from '../oci/platform.ts';
import {type CachedUpdate, type FoundImage, follows} from './cached-update.ts';
import {announcedRollout} from './rollout.ts';
import type {UpdateSource} from './update-source.ts';

export interface CheckResult {
	readonly found: FoundImage;
	/** Opened on the way; undefined when the source still has what the last check found. */
	readonly image: Image | undefined;
}

/**
 * What a reference leads to now. When it is still what the last check found, a registry is asked for
 * nothing but a digest.
 */
export async function checkSource(
	source: UpdateSource,
	reference: ImageReference,
	before: CachedUpdate | undefined,
): Promise<CheckResult> {
	const known = follows(before, reference) ? before.image : undefined;
	if (known !== undefined && (await source.latestDigest()) === known.digest) {
		const {firstSeen: _, ...found} = known;
		return {found, image: undefined};
	}
	const image = await source.open(hostPlatform());
	return {found: describeImage(image), image};
}

/**
 * The image that a check found before, and no other.
 * @throws Refused `image-moved` where only names can be asked for, and the name leads elsewhere by now
 */
export async function openFound(source: UpdateSource, digest: Digest): Promise<CheckResult> {
	const image = await source.open(hostPlatform());
	const found = describeImage(image);
	if (found.digest === digest) return {found, image};
	throw new Refused('image-moved', `${source.name} leads to ${found.digest} now, not to ${digest}`);
}

/** What is remembered of an image. A docker archive has no manifest: its config stands for it. */
export function describeImage({top, manifest, config}: Image): FoundImage {
	const manifestDigest = manifest?.digest ?? config.digest;
	const {labels, created} = config;
	return {
		digest: top?.digest ?? manifestDigest,
		manifestDigest,
		configDigest: config.digest,
		...(labels['org.opencontainers.image.version'] && {
			imageVersion: labels['org.opencontainers.image.version'],
		}),
		...(created && {imageTimestamp: created}),
		rollout: announcedRollout(labels).rollout,
	};
}
