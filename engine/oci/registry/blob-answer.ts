/** What was asked for of a blob. */
export interface BlobRequest {
	/** Whole, as its descriptor says. */
	readonly size: number;
	/** The first byte that is wanted. */
	readonly position: number;
	/** Behind the last byte that is wanted. */
	readonly end: number;
	/** Refuse the whole blob where a part is wanted: leaving most of it out costs as much as having it. */
	readonly partOnly?: boolean;
}

export interface BlobAnswer {
	readonly status: number;
	/** The headers, as they came. */
	readonly contentRange: string | undefined;
	readonly contentLength: string | undefined;
}

export type BlobVerdict =
	/** Read, leaving `skip` bytes out; `end` is behind the last byte that comes. */
	| {readonly kind: 'read'; readonly skip: number; readonly end: number}
	/** The whole comes, and only the part is of use. */
	| {readonly kind: 'no-range'}
	/** Another size than the manifest says. */
	| {readonly kind: 'wrong-size'; readonly size: number}
	| {readonly kind: 'refuse'; readonly reason: string};

/** The header that asks for it, undefined when a whole blob is wanted. */
export function rangeHeader({size, position, end}: BlobRequest): string | undefined {
	if (position === 0 && end === size) return undefined;
	// Some servers take an open end only.
	return `bytes=${position}-${end === size ? '' : end - 1}`;
}

/**
 * Whether the body of an answer is what was asked for. A server may ignore ranges and give all; it may
 * give less than was asked for, but nothing else.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-14
 */
export function judgeBlobAnswer(request: BlobRequest, answer: BlobAnswer): BlobVerdict {
	const {status, contentRange, contentLength} = answer;
	switch (status) {
		case 200: {
			const length = contentLength === undefined ? request.size : Number(contentLength);
			if (length !== request.size) return {kind: 'wrong-size', size: length};
			if (request.partOnly && rangeHeader(request) !== undefined) return {kind: 'no-range'};
			return {kind: 'read', skip: request.position, end: request.size};
		}
		case 206:
			return judgePart(request, contentRange);
		case 416: {
			const size = /^bytes \*\/(\d{1,15})$/.exec(contentRange ?? '')?.[1];
			return size === undefined || Number(size) === request.size
				? {kind: 'refuse', reason: `refuses ${rangeHeader(request)} of ${request.size}`}
				: {kind: 'wrong-size', size: Number(size)};
		}
		default:
			return {kind: 'refuse', reason: `answers with status ${status}`};
	}
}

function judgePart(request: BlobRequest, contentRange: string | undefined): BlobVerdict {
	const [, first, last, size] =
		/^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(contentRange ?? '') ?? [];
	const asked = rangeHeader(request);
	if (asked === undefined || first === undefined)
		return {kind: 'refuse', reason: 'answers with a part and does not say which'};
	if (Number(size) !== request.size) return {kind: 'wrong-size', size: Number(size)};
	const end = Number(last) + 1;
	if (Number(first) !== request.position || end <= request.position || end > request.end)
		return {kind: 'refuse', reason: `answers ${asked} with ${first}-${last}`};
	return {kind: 'read', skip: 0, end};
}
