import {promisify} from 'node:util';
import {constants, deflateRaw} from 'node:zlib';

/** Logarithm of how far back deflate looks. Readers of qcow2 look no further back than 12. */
export type DeflateWindow = 12 | 15;

const deflateOnThread = promisify(deflateRaw);

/**
 * Compresses on a thread of libuv's pool, at zlib's default level. What comes out ends at a byte, without a last
 * block: it is the last of a stream together with {@link lastBlock}, and before that others may follow.
 * @see RFC 1951
 */
export function deflate(bytes: Uint8Array, windowBits: DeflateWindow): Promise<Buffer> {
	return deflateOnThread(bytes, {
		windowBits,
		finishFlush: constants.Z_SYNC_FLUSH,
		// All in one go, whatever comes of it.
		chunkSize: bytes.length + 1024,
	});
}

/** An empty block that says that it is the last. */
export const lastBlock = Buffer.from([0x03, 0x00]);
