import {EngineError} from '../../errors.ts';
import type {TarAllowance} from '../../tar/reader.ts';
import {checkDigest} from '../verified.ts';
import type {ChunkedPlaces} from './annotations.ts';
import {type ChunkedDocuments, fetchDocuments, type ReadSpan} from './documents.ts';
import {type LayerOutline, readOutline} from './outline.ts';
import {readTarSplit} from './tar-split.ts';
import {parseToc} from './toc.ts';

/** All of a layer but its contents, checked as far as it can be without them. */
export interface ChunkedLayer {
	readonly kind: 'chunked';
	readonly outline: LayerOutline;
	/** Compressed; its digest was right. */
	readonly tarSplit: Buffer;
}

/** Why a layer has to be read like an ordinary one; nothing in it was found to be wrong. */
export interface UnreadableLayer {
	readonly kind: 'whole';
	readonly reason: string;
}

const tocVersion = 1;
/** Servers that have the layer and give no parts of it. */
const givesNoParts: ReadonlySet<string> = new Set(['registry-no-ranges', 'registry-protocol']);

/**
 * Fetches and reads what says which files a layer has.
 * @throws DamagedInput when a digest is wrong, or table of contents and tar-split disagree
 */
export async function readChunked(
	read: ReadSpan,
	places: ChunkedPlaces,
	allowance: TarAllowance,
): Promise<ChunkedLayer | UnreadableLayer> {
	const documents = await documentsOrReason(read, places);
	if ('reason' in documents) return documents;
	const {version, entries, tarSplitDigest} = parseToc(documents.toc);
	if (version !== tocVersion)
		return whole(`its table of contents has the version ${version}, not ${tocVersion}`);
	if (!tarSplitDigest) return whole('its table of contents has no digest of the tar-split');
	const {tarSplit} = documents;
	checkDigest(tarSplit, {what: 'tar-split', digest: tarSplitDigest});
	const outline = await readOutline(readTarSplit(tarSplit, places.tarSplit.size), entries, {
		allowance,
		blobEnd: Math.min(places.toc.start, places.tarSplit.start),
	});
	if (outline === undefined) return whole('a whiteout in it has a content');
	return {kind: 'chunked', outline, tarSplit};
}

async function documentsOrReason(
	read: ReadSpan,
	places: ChunkedPlaces,
): Promise<ChunkedDocuments | UnreadableLayer> {
	try {
		return await fetchDocuments(read, places);
	} catch (error) {
		if (error instanceof EngineError && givesNoParts.has(error.code)) return whole(error.message);
		throw error;
	}
}

function whole(reason: string): UnreadableLayer {
	return {kind: 'whole', reason};
}
