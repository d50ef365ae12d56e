import * as v from 'valibot';
import {DamagedInput} from '../errors.ts';
import {checked, refuseLookalikes} from './checked.ts';
import {digestSchema} from './descriptor.ts';
import type {Digest} from './digest.ts';
import type {Platform} from './platform.ts';
import {parseStrictJson} from './strict-json.ts';

/** What an image says of itself, as far as we use it. */
export interface ImageConfig {
	readonly platform: Platform;
	/** Of each layer's uncompressed tar, the lowest first. */
	readonly diffIds: readonly Digest[];
	readonly labels: Readonly<Record<string, string>>;
	/** RFC 3339, unchecked. */
	readonly created: string | undefined;
}

export const maxConfigSize = 4 << 20;

const configSchema = v.object({
	os: v.string(),
	architecture: v.string(),
	variant: v.nullish(v.string()),
	created: v.nullish(v.string()),
	rootfs: v.object({type: v.literal('layers'), diff_ids: v.array(digestSchema)}),
	config: v.nullish(v.object({Labels: v.nullish(v.record(v.string(), v.string()))})),
});

/**
 * Reads an image config, OCI's or docker's.
 * @throws DamagedInput
 * @see https://github.com/opencontainers/image-spec/blob/main/config.md
 */
export function parseConfig(bytes: Buffer): ImageConfig {
	if (bytes.length > maxConfigSize)
		throw new DamagedInput(`the image config has ${bytes.length} bytes, over ${maxConfigSize}`);
	const value = parseStrictJson(bytes, 'image config');
	refuseLookalikes(value, Object.keys(configSchema.entries), 'image config');
	const raw = checked(configSchema, value, 'image config');
	const {os, architecture, variant} = raw;
	return {
		platform: variant ? {os, architecture, variant} : {os, architecture},
		diffIds: raw.rootfs.diff_ids,
		labels: raw.config?.Labels ?? {},
		created: raw.created ?? undefined,
	};
}
