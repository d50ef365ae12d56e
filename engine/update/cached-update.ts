import path from 'node:path';
import * as v from 'valibot';
import {
	type ImageReference,
	imageReferenceSchema,
	isSameReference,
	type Origin,
	timeSchema,
} from '../deployment/origin.ts';
import {digestSchema} from '../oci/descriptor.ts';
import {readStateFile, type StateRead, stateVersion, writeStateFile} from '../state-file.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const imageSchema = v.object({
	/** What the reference leads to: of an index, or of the manifest itself. */
	digest: digestSchema,
	/** Of the image for this machine. */
	manifestDigest: digestSchema,
	configDigest: v.optional(digestSchema),
	/** As the image says, for people. */
	imageVersion: v.optional(v.string()),
	imageTimestamp: v.optional(v.string()),
	rollout: v.optional(v.object({start: v.optional(timeSchema), durationMs: v.optional(count)}), {}),
	/** When this machine first saw this image under this reference. */
	firstSeen: timeSchema,
});

const schema = v.object({
	version: v.literal(stateVersion),
	reference: imageReferenceSchema,
	/** The last time that somebody looked, with whatever result. */
	checked: timeSchema,
	/** Undefined until a check succeeds. */
	image: v.optional(imageSchema),
	/** Checks that failed since one succeeded. */
	failures: count,
	/** Why the last check failed; undefined when it did not. */
	lastError: v.optional(v.object({code: v.string(), message: v.string()})),
});

/** Fields that a later slipway adds to version 1 are kept: it may be the one that reads next. */
const lenientSchema = v.looseObject({
	...schema.entries,
	image: v.optional(v.looseObject(imageSchema.entries)),
});

/** What the last check found: `state/update.json`. No secrets. */
export type CachedUpdate = Readonly<v.InferOutput<typeof schema>>;
export type CachedImage = Readonly<v.InferOutput<typeof imageSchema>>;
/** What one check finds. */
export type FoundImage = Omit<CachedImage, 'firstSeen'>;

const place = path.join('state', 'update.json');

export function readCachedUpdate(physicalRoot: string): Promise<StateRead<CachedUpdate>> {
	return readStateFile(path.join(physicalRoot, place), lenientSchema);
}

export function writeCachedUpdate(physicalRoot: string, cached: CachedUpdate): Promise<void> {
	return writeStateFile(path.join(physicalRoot, place), cached);
}

/** What is known after a check that succeeded. */
export function afterCheck(
	before: CachedUpdate | undefined,
	reference: ImageReference,
	found: FoundImage,
	now: Date,
): CachedUpdate {
	const known = follows(before, reference) ? before.image : undefined;
	// A time to come was seen by a clock that was wrong.
	const isKnown = known?.digest === found.digest && Date.parse(known.firstSeen) <= now.getTime();
	const firstSeen = isKnown ? known.firstSeen : now.toISOString();
	return {
		version: stateVersion,
		reference,
		checked: now.toISOString(),
		image: {...found, firstSeen},
		failures: 0,
	};
}

/** What is known after one that failed: what was known before, and why. */
export function afterFailedCheck(
	before: CachedUpdate | undefined,
	reference: ImageReference,
	error: {readonly code: string; readonly message: string},
	now: Date,
): CachedUpdate {
	const known = follows(before, reference) ? before : undefined;
	return {
		version: stateVersion,
		reference,
		checked: now.toISOString(),
		...(known?.image && {image: known.image}),
		failures: (known?.failures ?? 0) + 1,
		lastError: {code: error.code, message: error.message},
	};
}

/** Whether it is of the image that the machine follows now. */
export function follows(
	cached: CachedUpdate | undefined,
	reference: ImageReference,
): cached is CachedUpdate {
	return cached !== undefined && isSameReference(cached.reference, reference);
}

type ImageDigests = Pick<Origin, 'manifestDigest' | 'configDigest'>;

/**
 * Whether a deployment, or a record of one, is of the image that a check found. One installed from a
 * container knows only its config, and a manifest may have been compressed anew.
 */
export function isSameImage(known: ImageDigests, found: FoundImage): boolean {
	const {manifestDigest, configDigest} = known;
	const isSameManifest = manifestDigest === found.manifestDigest || manifestDigest === found.digest;
	return (
		(manifestDigest !== undefined && isSameManifest) ||
		(configDigest !== undefined && configDigest === found.configDigest)
	);
}
