/** The bytes of a whole disk, wherever they lie. Nothing is ever written. */
export interface Medium extends Disposable {
	/** In bytes. */
	readonly size: number;
	/**
	 * Fills a buffer with what is at `offset`.
	 * @throws DamagedInput when that is not all on the disk, or cannot be read
	 */
	read(target: Buffer, offset: number): void;
}

/** A part of a disk, in bytes. */
export interface Stretch {
	readonly offset: number;
	readonly length: number;
}

export function readAt(medium: Medium, {offset, length}: Stretch): Buffer {
	const bytes = Buffer.allocUnsafe(length);
	medium.read(bytes, offset);
	return bytes;
}

/** The first bytes of stretches, those that lie side by side in one. */
export function cutTo(stretches: readonly Stretch[], size: number): Stretch[] {
	const cut: {offset: number; length: number}[] = [];
	let left = size;
	for (const {offset, length} of stretches) {
		const count = Math.min(length, left);
		if (count === 0) break;
		const last = cut.at(-1);
		if (last !== undefined && last.offset + last.length === offset) last.length += count;
		else cut.push({offset, length: count});
		left -= count;
	}
	return cut;
}

const scanSize = 1 << 20;

/** The first byte of a stretch that is not zero, by its place on the disk; undefined when all are. */
export function firstNonZero(medium: Medium, {offset, length}: Stretch): number | undefined {
	const buffer = Buffer.allocUnsafe(Math.min(length, scanSize));
	const zeros = Buffer.alloc(buffer.length);
	for (let done = 0; done < length; done += buffer.length) {
		const piece = buffer.subarray(0, Math.min(buffer.length, length - done));
		medium.read(piece, offset + done);
		if (!piece.equals(zeros.subarray(0, piece.length)))
			return offset + done + piece.findIndex((byte) => byte !== 0);
	}
	return undefined;
}
