import {DamagedInput} from '../errors.ts';

export function damagedImage(what: string, offset: number): DamagedInput {
	return new DamagedInput(`not a composefs image, or a damaged one: ${what}`, {
		offset,
		hint: 'Fetch or make the image again.',
	});
}

/**
 * An image that is not trusted. What is read from it must be claimed first: that checks that it is
 * there, and counts it. A proper image stores nothing twice, so all claims together cannot exceed its
 * length; this bounds the work on an image whose parts are made to overlap.
 */
export class ImageView {
	readonly bytes: Buffer;
	#claimed = 0;

	constructor(bytes: Buffer) {
		this.bytes = bytes;
	}

	/** @throws DamagedInput if it is not within the image, or more is claimed than the image has */
	claim(offset: number, length: number, what: string): void {
		if (offset + length > this.bytes.length)
			throw damagedImage(`${what} of ${length} bytes goes beyond the end`, offset);
		this.#claimed += length;
		if (this.#claimed > this.bytes.length)
			throw damagedImage(`${what} overlaps another part`, offset);
	}

	/** A 64-bit number as a double; undefined when that is not exact. */
	int64(offset: number): number | undefined {
		const value = this.bytes.readInt32LE(offset + 4) * 2 ** 32 + this.bytes.readUInt32LE(offset);
		return Math.abs(value) <= 2 ** 53 ? value : undefined;
	}
}
