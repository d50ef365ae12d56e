import * as v from 'valibot';
import {checked} from '../checked.ts';
import {digestSchema} from '../descriptor.ts';
import {parseStrictJson} from '../strict-json.ts';

const what = 'table of contents';
const naturalNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const optionalNumber = v.nullish(naturalNumber, 0);
const optionalText = v.nullish(v.string(), '');

const entrySchema = v.object({
	type: v.picklist([
		'reg',
		'hardlink',
		'symlink',
		'dir',
		'char',
		'block',
		'fifo',
		// One more piece of the file before it, which the digest of that file covers.
		'chunk',
	]),
	/** As in the tar: `etc/`; bytes that are not UTF-8 were replaced. */
	name: v.string(),
	linkName: optionalText,
	/** Permissions, and in some layers the type of the file too. */
	mode: v.nullish(v.pipe(v.number(), v.safeInteger()), 0),
	size: optionalNumber,
	uid: optionalNumber,
	gid: optionalNumber,
	/** RFC 3339. */
	modtime: v.nullish(v.string()),
	devMajor: optionalNumber,
	devMinor: optionalNumber,
	/** Base64 by name. */
	xattrs: v.nullish(v.record(v.string(), v.string())),
	/** Of the content; empty files have none. */
	digest: v.nullish(digestSchema),
	/** Where the frames of the content are in the blob. */
	offset: optionalNumber,
	endOffset: optionalNumber,
});

const tocSchema = v.object({
	version: v.number(),
	entries: v.pipe(v.array(entrySchema), v.maxLength(2_000_000)),
	/** Of the tar-split as it is in the blob, compressed. */
	tarSplitDigest: v.nullish(digestSchema),
});

export type TableOfContents = v.InferOutput<typeof tocSchema>;
export type TocEntry = TableOfContents['entries'][number];

/**
 * Reads a layer's table of contents; that its version is 1 is for the caller to look at.
 * @throws DamagedInput
 * @see https://github.com/containers/storage/blob/main/pkg/chunked/internal/minimal/compression.go
 */
export function parseToc(bytes: Buffer): TableOfContents {
	return checked(tocSchema, parseStrictJson(bytes, what), what);
}
