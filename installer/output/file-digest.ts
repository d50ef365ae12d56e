import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {Transform} from 'node:stream';
import {pipeline} from 'node:stream/promises';

export interface DigestOptions {
	/** First and last byte; all of the file when left out. */
	readonly part?: {readonly start: number; readonly end: number};
	readonly read?: (bytes: number) => void;
}

/** SHA-256 of a file or a part of it, in hex. @throws what the signal was aborted with */
export async function fileDigest(
	file: string,
	signal: AbortSignal,
	{part, read = () => {}}: DigestOptions = {},
): Promise<string> {
	const hash = createHash('sha256');
	const counted = new Transform({
		transform(piece: Buffer, _encoding, done) {
			read(piece.length);
			done(null, piece);
		},
	});
	await pipeline(createReadStream(file, {...part, highWaterMark: 1 << 20}), counted, hash, {
		signal,
	});
	return hash.digest('hex');
}
