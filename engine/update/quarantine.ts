import path from 'node:path';
import * as v from 'valibot';
import type {ReadableDeployment} from '../deployment/deployment.ts';
import {imageReferenceSchema, isSameReference, timeSchema} from '../deployment/origin.ts';
import {readStateFile, type StateRead, stateVersion, writeStateFile} from '../state-file.ts';
import {type CachedUpdate, type FoundImage, isSameImage} from './cached-update.ts';

const reasons = [
	/** It used up its attempts to boot: broken, or its health checks failed. */
	'boot-failed',
	/** A person went back from it. */
	'rolled-back',
] as const;

const imageSchema = v.object({
	reference: v.nullable(imageReferenceSchema),
	manifestDigest: v.optional(v.string()),
	configDigest: v.optional(v.string()),
	/** fs-verity digest of its root file system. */
	imageVerity: v.string(),
	/** As the image says, for people. */
	imageVersion: v.optional(v.string()),
	/** Which failed. */
	deploymentId: v.string(),
	reason: v.picklist(reasons),
	time: timeSchema,
});

/** Fields that a later slipway adds to version 1 are kept: it may be the one that reads next. */
const lenientSchema = v.looseObject({
	version: v.literal(stateVersion),
	images: v.array(v.looseObject(imageSchema.entries)),
});

export type QuarantinedImage = Readonly<v.InferOutput<typeof imageSchema>>;
export type QuarantineReason = (typeof reasons)[number];

/** Images that the updater leaves alone: `state/quarantine.json`. The latest comes last. */
export interface Quarantine {
	readonly version: typeof stateVersion;
	readonly images: readonly QuarantinedImage[];
}

export const emptyQuarantine: Quarantine = {version: stateVersion, images: []};

const place = path.join('state', 'quarantine.json');
/** More is a defect somewhere, and the file is read at each login. */
const maxImages = 32;

export function readQuarantine(physicalRoot: string): Promise<StateRead<Quarantine>> {
	return readStateFile(path.join(physicalRoot, place), lenientSchema);
}

export function writeQuarantine(physicalRoot: string, quarantine: Quarantine): Promise<void> {
	return writeStateFile(path.join(physicalRoot, place), quarantine);
}

/** Adds the image of a deployment; one that is in it already stays as it is. */
export function quarantineImage(
	quarantine: Quarantine,
	{id, origin}: ReadableDeployment,
	reason: QuarantineReason,
	now: Date,
): Quarantine {
	const {manifestDigest, configDigest, imageVerity, imageVersion} = origin;
	if (quarantine.images.some((image) => image.imageVerity === imageVerity.digest))
		return quarantine;
	const added: QuarantinedImage = {
		reference: origin.image,
		...(manifestDigest !== undefined && {manifestDigest}),
		...(configDigest !== undefined && {configDigest}),
		imageVerity: imageVerity.digest,
		...(imageVersion !== undefined && {imageVersion}),
		deploymentId: id,
		reason,
		time: now.toISOString(),
	};
	return {...quarantine, images: [...quarantine.images, added].slice(-maxImages)};
}

/** The record of an image that a check found, when it is in quarantine. */
export function findQuarantined(
	{images}: Quarantine,
	found: FoundImage,
): QuarantinedImage | undefined {
	return images.findLast((image) => isSameImage(image, found));
}

/** Lets go of what the reference led to before it moved on; other references are left alone. */
export function releaseReplaced(
	quarantine: Quarantine,
	{reference, image}: CachedUpdate,
): Quarantine {
	if (image === undefined) return quarantine;
	const isReplaced = (one: QuarantinedImage): boolean =>
		one.reference !== null && isSameReference(one.reference, reference) && !isSameImage(one, image);
	const images = quarantine.images.filter((one) => !isReplaced(one));
	return images.length === quarantine.images.length ? quarantine : {...quarantine, images};
}

/** A person wants these after all; those that failed to boot stay. */
export function releaseRolledBack(
	quarantine: Quarantine,
	wanted: readonly ReadableDeployment[],
): Quarantine {
	const digests = wanted.map(({origin}) => origin.imageVerity.digest);
	const images = quarantine.images.filter(
		({reason, imageVerity}) => reason !== 'rolled-back' || !digests.includes(imageVerity),
	);
	return images.length === quarantine.images.length ? quarantine : {...quarantine, images};
}

/** Puts the images of deployments that failed to boot into quarantine. */
export async function quarantineOnDisk(
	physicalRoot: string,
	failed: readonly ReadableDeployment[],
	now: Date,
): Promise<void> {
	const {content: before = emptyQuarantine} = await readQuarantine(physicalRoot);
	const after = failed.reduce((all, one) => quarantineImage(all, one, 'boot-failed', now), before);
	if (after !== before) await writeQuarantine(physicalRoot, after);
}
