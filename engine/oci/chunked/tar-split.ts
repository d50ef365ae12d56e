import * as v from 'valibot';
import {DamagedInput} from '../../errors.ts';
import {checked} from '../checked.ts';
import {decompress} from '../decompress.ts';
import {parseStrictJson} from '../strict-json.ts';
import {once} from './documents.ts';

/** The next of a tar. */
export type TarSplitSegment =
	/** These bytes: headers, padding, the end. */
	| {readonly kind: 'raw'; readonly bytes: Buffer}
	/** So many bytes of content, which are not in the tar-split. */
	| {readonly kind: 'content'; readonly size: number};

const newline = 0x0a;
/** An entry has at most a few extended headers of 1 MiB before it, and base64 makes them longer. */
const maxLine = 16 << 20;

const segmentSchema = v.variant('type', [
	v.object({
		type: v.literal(1),
		size: v.nullish(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 0),
	}),
	v.object({type: v.literal(2), payload: v.nullish(v.string(), '')}),
]);

/**
 * The segments of a compressed tar-split, each valid for good; one line of it is in memory at a time.
 * @param size of all lines, exactly
 * @throws DamagedInput
 * @see https://github.com/vbatts/tar-split/blob/main/tar/storage/entry.go
 */
export async function* readTarSplit(
	compressed: Buffer,
	size: number,
): AsyncGenerator<TarSplitSegment, void> {
	for await (const line of linesOf(boundedText(compressed, size))) {
		if (line.length === 0) continue;
		const what = 'tar-split';
		const segment = checked(segmentSchema, parseStrictJson(line, what), `line of the ${what}`);
		if (segment.type === 2)
			yield {kind: 'raw', bytes: Buffer.from(segment.payload ?? '', 'base64')};
		// Entries that are no files have a line for their content too.
		else if (segment.size) yield {kind: 'content', size: segment.size};
	}
}

async function* boundedText(compressed: Buffer, size: number): AsyncGenerator<Buffer, void> {
	let length = 0;
	for await (const chunk of decompress(once(compressed), 'the tar-split')) {
		length += chunk.length;
		if (length > size) break;
		yield chunk;
	}
	if (length === size) return;
	const more = length > size ? 'more than ' : `${length} of `;
	throw new DamagedInput(`the tar-split has ${more}its ${size} bytes`);
}

async function* linesOf(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
	const begun: Buffer[] = [];
	let length = 0;
	for await (const chunk of source) {
		let at = 0;
		for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, at)) {
			yield Buffer.concat([...begun.splice(0), chunk.subarray(at, end)]);
			length = 0;
			at = end + 1;
		}
		begun.push(chunk.subarray(at));
		length += chunk.length - at;
		if (length > maxLine)
			throw new DamagedInput(`a line of the tar-split is over ${maxLine} bytes`);
	}
	yield Buffer.concat(begun);
}
