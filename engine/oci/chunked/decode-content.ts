import {zstdDecompressSync} from 'node:zlib';
import {DamagedInput} from '../../errors.ts';
import {decompress} from '../decompress.ts';
import type {BlobSpan} from '../image.ts';

/** Up to here it is quicker to decode at once than to hand pieces over to another thread. */
const maxAtOnce = 1 << 20;

/**
 * The content whose frames are given: those of all its pieces, zeros too, which are next to nothing when
 * they are compressed. What comes is not verified.
 * @param what for messages
 * @throws DamagedInput
 */
export async function* decodeContent(
	frames: AsyncIterable<Buffer>,
	{start, end, size}: BlobSpan & {readonly size: number},
	what: string,
): AsyncGenerator<Buffer, void> {
	if (size > maxAtOnce || end - start > maxAtOnce) {
		yield* decompress(frames, what);
		return;
	}
	const compressed = Buffer.concat(await Array.fromAsync(frames));
	try {
		yield zstdDecompressSync(compressed, {maxOutputLength: size, rejectGarbageAfterEnd: true});
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw new DamagedInput(`${what} is damaged zstd data: ${reason}`, {
			hint: 'It was damaged or changed on the way. Fetch or copy it again.',
			cause: error,
		});
	}
}
