import {createReadStream} from 'node:fs';
import {readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import {DamagedInput, EngineError, OperationFailed, Refused} from '../errors.ts';
import {checked} from './checked.ts';
import type {Descriptor} from './descriptor.ts';
import {type Digest, digestAlgorithm, digestHex} from './digest.ts';
import type {ImageSource} from './image.ts';
import {maxManifestSize, parseManifest} from './manifest.ts';
import {mediaTypes} from './media-types.ts';
import {namedImage} from './named-image.ts';
import {type ContentStore, fetchContent, resolveImage} from './resolve-image.ts';
import {parseStrictJson} from './strict-json.ts';

/**
 * The files of an OCI image layout, in a folder or in an archive.
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export interface LayoutFiles {
	/** For people. */
	readonly name: string;
	/** A small file whole; undefined when it is not there. @param file such as `index.json` */
	read(file: string, limit: number): Promise<Buffer | undefined>;
	/** @throws DamagedInput when it is not there */
	open(file: string): AsyncIterable<Buffer>;
}

const layoutFile = 'oci-layout';
const indexFile = 'index.json';
const markSchema = v.object({imageLayoutVersion: v.literal('1.0.0')});

/** @param reference which image, by tag, name or digest; not needed when there is one */
export function ociLayout(folder: string, reference?: string): ImageSource {
	return layoutImage(folderFiles(folder), reference);
}

export function layoutImage(files: LayoutFiles, reference: string | undefined): ImageSource {
	const store: ContentStore = {open: ({digest}) => files.open(blobPath(digest))};
	return {
		name: files.name,
		async open(platform) {
			const entry = namedImage(await readLayoutIndex(files), reference, files.name);
			const bytes = await fetchContent(store, entry, 'manifest', maxManifestSize);
			const {digest, mediaType} = entry;
			return resolveImage(store, {bytes, digest, mediaType}, platform);
		},
	};
}

async function readLayoutIndex(files: LayoutFiles): Promise<readonly Descriptor[]> {
	const mark = await files.read(layoutFile, maxManifestSize);
	const index = await files.read(indexFile, maxManifestSize);
	if (mark === undefined || index === undefined)
		throw new Refused('no-such-image', `${files.name} is not an OCI layout: a file is missing`, {
			hint: `It needs ${layoutFile} and ${indexFile}, as "skopeo copy" and "podman push" write them.`,
		});
	checked(markSchema, parseStrictJson(mark, layoutFile), layoutFile);
	const parsed = parseManifest(index, mediaTypes.ociIndex);
	return parsed.kind === 'index' ? parsed.manifests : [];
}

function blobPath(digest: Digest): string {
	return `blobs/${digestAlgorithm(digest)}/${digestHex(digest)}`;
}

const pieceSize = 1 << 20;

function folderFiles(folder: string): LayoutFiles {
	const name = `oci:${folder}`;
	return {
		name,
		async read(file, limit) {
			const place = path.join(folder, file);
			try {
				const {size} = await stat(place);
				if (size > limit)
					throw new DamagedInput(`${file} of ${name} has ${size} bytes, over ${limit}`);
				return await readFile(place);
			} catch (error) {
				if (isMissing(error)) return undefined;
				throw error instanceof EngineError ? error : unreadable(place, error);
			}
		},
		async *open(file) {
			const place = path.join(folder, file);
			try {
				yield* createReadStream(place, {highWaterMark: pieceSize}) as AsyncIterable<Buffer>;
			} catch (error) {
				if (isMissing(error))
					throw new DamagedInput(`${file} of ${name} is missing`, {
						hint: 'The layout was not written to its end; write it again.',
						cause: error,
					});
				throw unreadable(place, error);
			}
		},
	};
}

function isMissing(error: unknown): boolean {
	const code = error instanceof Error && 'code' in error ? error.code : undefined;
	return code === 'ENOENT' || code === 'ENOTDIR';
}

function unreadable(place: string, cause: unknown): OperationFailed {
	const reason = cause instanceof Error ? cause.message : String(cause);
	return new OperationFailed('read-failed', `${place} cannot be read: ${reason}`, {cause});
}
