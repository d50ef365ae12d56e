import {DamagedInput} from '../../errors.ts';
import {decompress} from '../decompress.ts';
import type {BlobSpan} from '../image.ts';
import {checkDigest} from '../verified.ts';
import type {ChunkedPlaces} from './annotations.ts';
import {planRequests} from './span-plan.ts';

/** Gives parts of a layer's blob, not verified. */
export type ReadSpan = (span: BlobSpan) => AsyncIterable<Buffer>;

export interface ChunkedDocuments {
	/** JSON; its digest was right. */
	readonly toc: Buffer;
	/** Compressed, not verified: only the table of contents has its digest. */
	readonly tarSplit: Buffer;
}

/**
 * Fetches the table of contents and the tar-split, which lie side by side in all layers known.
 * @throws DamagedInput when the table is not the one that the manifest means
 */
export async function fetchDocuments(
	read: ReadSpan,
	{toc, tocDigest, tarSplit}: ChunkedPlaces,
): Promise<ChunkedDocuments> {
	const found = new Map<BlobSpan, Buffer>();
	for (const {start, end, pieces} of planRequests([toc, tarSplit])) {
		const bytes = await readExactly(read({start, end}), end - start);
		for (const piece of pieces)
			found.set(piece, bytes.subarray(piece.start - start, piece.end - start));
	}
	const none = Buffer.alloc(0);
	const [compressedToc, compressedTarSplit] = [found.get(toc) ?? none, found.get(tarSplit) ?? none];
	const what = 'table of contents';
	checkDigest(compressedToc, {what, digest: tocDigest});
	const plain = decompress(once(compressedToc), `the ${what}`);
	return {toc: await readExactly(plain, toc.size), tarSplit: compressedTarSplit};
}

/** Never holds more than it should be. */
async function readExactly(source: AsyncIterable<Buffer>, size: number): Promise<Buffer> {
	const bytes = Buffer.allocUnsafe(size);
	let length = 0;
	for await (const chunk of source) {
		length += chunk.length;
		if (length > size) break;
		chunk.copy(bytes, length - chunk.length);
	}
	if (length === size) return bytes;
	const more = length > size ? 'more than ' : `${length} of `;
	throw new DamagedInput(`the table of contents has ${more}its ${size} bytes`);
}

export async function* once(bytes: Buffer): AsyncGenerator<Buffer, void> {
	yield bytes;
}
