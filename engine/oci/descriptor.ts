import * as v from 'valibot';
import {type Digest, isDigest} from './digest.ts';
import type {Platform} from './platform.ts';

/** Says which bytes are meant, and what they are. */
export interface Descriptor {
	readonly mediaType: string;
	readonly digest: Digest;
	readonly size: number;
	readonly annotations: Readonly<Record<string, string>>;
	/** The content itself, where it is small. Checked like any other. */
	readonly data: Buffer | undefined;
	/** In an index. */
	readonly platform: Platform | undefined;
	/** Of what is not an image: a signature, an attestation. */
	readonly artifactType: string | undefined;
}

const naturalNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const optionalText = v.nullish(v.string());
export const annotationsSchema = v.nullish(v.record(v.string(), v.string()), {});
export const digestSchema = v.custom<Digest>(
	(value) => typeof value === 'string' && isDigest(value),
	'expected a digest such as sha256:…',
);

const platformSchema = v.pipe(
	v.object({os: v.string(), architecture: v.string(), variant: optionalText}),
	v.transform(
		({os, architecture, variant}): Platform =>
			variant ? {os, architecture, variant} : {os, architecture},
	),
);

/** @see https://github.com/opencontainers/image-spec/blob/main/descriptor.md */
export const descriptorSchema = v.pipe(
	v.object({
		mediaType: v.pipe(v.string(), v.nonEmpty(), v.maxLength(255)),
		digest: digestSchema,
		size: naturalNumber,
		annotations: annotationsSchema,
		data: v.nullish(v.pipe(v.string(), v.base64())),
		platform: v.nullish(platformSchema),
		artifactType: optionalText,
	}),
	v.transform(
		(raw): Descriptor => ({
			mediaType: raw.mediaType,
			digest: raw.digest,
			size: raw.size,
			annotations: raw.annotations ?? {},
			data: raw.data ? Buffer.from(raw.data, 'base64') : undefined,
			platform: raw.platform ?? undefined,
			artifactType: raw.artifactType ?? undefined,
		}),
	),
);
