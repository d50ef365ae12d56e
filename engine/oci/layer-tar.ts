import {DamagedInput} from '../errors.ts';
import {decompress} from './decompress.ts';
import type {ImageLayer} from './image.ts';
import {verified} from './verified.ts';

/** Uncompressed bytes that may still come; the layers of an image share it. */
export interface SizeAllowance {
	bytes: number;
}

/** @throws DamagedInput when so many more bytes are not allowed */
export function takeSize(allowance: SizeAllowance, bytes: number, what: string): void {
	allowance.bytes -= bytes;
	if (allowance.bytes < 0)
		throw new DamagedInput(`${what} makes the image larger than what is allowed or free`, {
			hint: 'If the image is really that large, make more room on the disk.',
		});
}

export interface LayerTarOptions {
	readonly sizeAllowance: SizeAllowance;
	/** Told how many bytes of what is transferred came in. */
	readonly onTransferred?: (count: number) => void;
}

/**
 * The tar of a layer. On the way both digests are checked, that of the bytes as transferred and the
 * diff ID; nothing made of the tar may be used before its end, where that is decided.
 * @throws DamagedInput, also when it is larger than allowed: a small layer can claim a whole disk
 */
export async function* layerTar(
	layer: ImageLayer,
	{sizeAllowance, onTransferred}: LayerTarOptions,
): AsyncGenerator<Buffer, void> {
	const {descriptor, diffId} = layer;
	const what = `layer ${descriptor?.digest ?? diffId}`;
	const counted = count(layer.open(), onTransferred);
	const transferred =
		descriptor === undefined
			? counted
			: verified(counted, {what: 'layer', digest: descriptor.digest, size: descriptor.size});
	const bounded = bound(decompress(transferred, what), sizeAllowance, what);
	yield* verified(bounded, {what: 'uncompressed layer', digest: diffId});
}

async function* count(
	source: AsyncIterable<Buffer>,
	onCount: ((count: number) => void) | undefined,
): AsyncGenerator<Buffer, void> {
	for await (const chunk of source) {
		onCount?.(chunk.length);
		yield chunk;
	}
}

async function* bound(
	source: AsyncIterable<Buffer>,
	allowance: SizeAllowance,
	what: string,
): AsyncGenerator<Buffer, void> {
	for await (const chunk of source) {
		takeSize(allowance, chunk.length, what);
		yield chunk;
	}
}
