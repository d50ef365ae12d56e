import {DamagedInput} from '../../errors.ts';
import type {BlobSpan} from '../image.ts';

/** What one request fetches: pieces that are wanted, and what lies between them. */
export interface SpanRequest<Piece extends BlobSpan> extends BlobSpan {
	/** In the order of the blob. */
	readonly pieces: readonly Piece[];
}

/** Up to here a request costs more than what it leaves out, whatever else is fetched. */
const smallGap = 1 << 10;
/** Measured on updates of an operating system: a tenth of the requests for a tenth more bytes at most. */
const largeGap = 64 << 10;
/** So much of what is wanted may be fetched on top to save requests. */
const spareShare = 1 / 16;

/**
 * The requests for pieces of a blob: what lies between two is fetched too where it is little, the smallest
 * gaps first.
 * @throws DamagedInput when pieces overlap, so that one says something else than the other
 */
export function planRequests<Piece extends BlobSpan>(
	pieces: readonly Piece[],
): SpanRequest<Piece>[] {
	const sorted = pieces.toSorted((a, b) => a.start - b.start);
	const bridged = chooseGaps(sorted);
	const requests: {start: number; end: number; pieces: Piece[]}[] = [];
	for (const [index, piece] of sorted.entries()) {
		const last = requests.at(-1);
		if (last === undefined || !bridged.has(index)) {
			requests.push({start: piece.start, end: piece.end, pieces: [piece]});
			continue;
		}
		last.end = piece.end;
		last.pieces.push(piece);
	}
	return requests;
}

/** The indexes of pieces whose gap before them is fetched too. */
function chooseGaps(sorted: readonly BlobSpan[]): Set<number> {
	const gaps = sorted.slice(1).map((piece, before) => {
		const index = before + 1;
		const length = piece.start - (sorted[before]?.end ?? 0);
		if (length < 0)
			throw new DamagedInput('two of its files overlap in the blob', {offset: piece.start});
		return {index, length};
	});
	let spare = spareShare * sumOf(sorted);
	const bridged = new Set<number>();
	for (const {index, length} of gaps.sort((a, b) => a.length - b.length)) {
		if (length > smallGap && (length > largeGap || length > spare)) break;
		spare -= length;
		bridged.add(index);
	}
	return bridged;
}

/** Bytes that spans have together. */
export function sumOf(spans: readonly BlobSpan[]): number {
	return spans.reduce((sum, {start, end}) => sum + end - start, 0);
}
