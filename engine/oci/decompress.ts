import {pipeline} from 'node:stream';
import {createGunzip, createZstdDecompress} from 'node:zlib';
import {DamagedInput, Refused} from '../errors.ts';

/**
 * With the default of 16 KiB, zlib's threads spend their time in hand-overs; memory of a MiB comes new from the
 * kernel for each piece.
 */
const pieceSize = 256 << 10;

const magicLength = 6;
const magics: readonly (readonly [start: RegExp, compression: string])[] = [
	[/^1f8b/, 'gzip'],
	// A frame, or a skippable frame before the first.
	[/^(28b52ffd|5.2a4d18)/, 'zstd'],
	[/^425a68/, 'bzip2'],
	[/^fd377a585a00/, 'xz'],
	[/^04224d18/, 'lz4'],
];

/**
 * The uncompressed bytes of a layer. Its first bytes tell how it is compressed, as in all engines,
 * since media types are often wrong. All members and frames are read; nothing
 * but zeros after gzip may follow them.
 * @param what for messages: `layer sha256:…`
 * @throws DamagedInput
 * @throws Refused `unsupported-image` for compressions that image layers do not use
 */
export async function* decompress(
	source: AsyncIterable<Buffer>,
	what: string,
): AsyncGenerator<Buffer, void> {
	const {start, all} = await peek(source);
	const compression = magics.find(([magic]) => magic.test(start))?.[1];
	switch (compression) {
		case undefined:
			yield* all;
			return;
		case 'gzip':
		case 'zstd':
			yield* decode(all, compression, what);
			return;
		default:
			throw new Refused('unsupported-image', `${what} is compressed with ${compression}`, {
				hint: 'Push the image again with gzip or zstd.',
			});
	}
}

async function* decode(
	source: AsyncIterable<Buffer>,
	compression: 'gzip' | 'zstd',
	what: string,
): AsyncGenerator<Buffer, void> {
	const options = {chunkSize: pieceSize};
	const decoder =
		compression === 'gzip'
			? createGunzip(options)
			: // Makes a Node that decodes but the first frame fail, where it would give less without error.
				createZstdDecompress({...options, rejectGarbageAfterEnd: true});
	let sourceFailure: {readonly error: unknown} | undefined;
	const noting = async function* () {
		try {
			yield* source;
		} catch (error) {
			sourceFailure = {error};
			throw error;
		}
	};
	try {
		// Errors of the source destroy the decoder, so that they come out of its iteration.
		yield* pipeline(noting(), decoder, () => {}) as AsyncIterable<Buffer>;
	} catch (error) {
		if (sourceFailure !== undefined) throw sourceFailure.error;
		const reason = error instanceof Error ? error.message : String(error);
		throw new DamagedInput(`${what} is damaged ${compression} data: ${reason}`, {
			hint: 'It was damaged or changed on the way. Fetch or copy it again.',
			cause: error,
		});
	}
}

/** The first bytes in hex, and all bytes, these included. */
async function peek(
	source: AsyncIterable<Buffer>,
): Promise<{start: string; all: AsyncGenerator<Buffer, void>}> {
	const rest = source[Symbol.asyncIterator]();
	const head: Buffer[] = [];
	let length = 0;
	while (length < magicLength) {
		const next = await rest.next();
		if (next.done === true) break;
		head.push(next.value);
		length += next.value.length;
	}
	const first = Buffer.concat(head);
	return {start: first.toString('hex', 0, magicLength), all: withHead(first, rest)};
}

async function* withHead(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void> {
	try {
		if (head.length > 0) yield head;
		for (let next = await rest.next(); next.done !== true; next = await rest.next())
			yield next.value;
	} finally {
		await rest.return?.();
	}
}
