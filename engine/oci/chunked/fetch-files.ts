import type {ContentSink, StoredContent} from '../../store/content-sink.ts';
import type {Digest} from '../digest.ts';
import {verified} from '../verified.ts';
import {decodeContent} from './decode-content.ts';
import type {ReadSpan} from './documents.ts';
import type {SpanRequest} from './span-plan.ts';
import {SpanReader} from './span-reader.ts';

/** A content that has to be fetched. */
export interface WantedContent {
	/** Of a file that has it, for messages. */
	readonly name: string;
	readonly digest: Digest;
	readonly size: number;
	/** Its frames in the blob. */
	readonly start: number;
	readonly end: number;
}

/** Requests at a time: enough to hide most of the time until an answer begins. */
const lanes = 3;

/**
 * Fetches contents into a sink. Each is checked against its digest, and told to `taken` when it is right.
 * The first failure stops all requests, and is thrown when they have stopped.
 * @throws DamagedInput with the name of the file
 */
export async function fetchFiles(
	requests: readonly SpanRequest<WantedContent>[],
	read: ReadSpan,
	{
		sink,
		taken,
	}: {
		readonly sink: ContentSink;
		readonly taken: (content: WantedContent, stored: StoredContent) => void;
	},
): Promise<void> {
	const stop = new AbortController();
	const queue = requests.values();
	const lane = async () => {
		for (const request of queue) {
			stop.signal.throwIfAborted();
			await using reader = new SpanReader(read(request), request.start);
			for (const content of request.pieces) {
				taken(content, await takeContent(reader, content, sink, stop.signal));
			}
			// Only then the connection can be used again.
			await reader.skipTo(Number.POSITIVE_INFINITY);
		}
	};
	const running = Array.from({length: lanes}, () =>
		lane().catch((error: unknown) => stop.abort(error)),
	);
	await Promise.all(running);
	stop.signal.throwIfAborted();
}

async function takeContent(
	reader: SpanReader,
	content: WantedContent,
	sink: ContentSink,
	stop: AbortSignal,
): Promise<StoredContent> {
	await reader.skipTo(content.start);
	const {name, digest, size} = content;
	const what = `file ${JSON.stringify(name)}`;
	const decoded = decodeContent(reader.upTo(content.end), content, what);
	const writer = sink.begin(size);
	for await (const chunk of verified(decoded, {what, digest, size})) {
		stop.throwIfAborted();
		await writer.write(chunk);
	}
	return writer.end();
}
