import {blockSize, evenly, inBlocks} from './field-encoding.ts';
import {continuationEntry, continuationLength} from './rock-ridge.ts';

/** Entries that have no room in their records; those of one record are never across the border of a block. */
export class Continuation {
	readonly #block: number;
	readonly #pieces: Buffer[] = [];
	#length = 0;

	/** @param block of the volume where this goes */
	constructor(block: number) {
		this.#block = block;
	}

	/** What goes into the record itself; takes the rest. */
	fit(entries: readonly Buffer[], room: number): readonly Buffer[] {
		if (totalLength(entries) <= room) return entries;
		let count = 0;
		while (totalLength(entries.slice(0, count + 1)) + continuationLength <= room) count++;
		const rest = evenly(Buffer.concat(entries.slice(count)));
		const left = blockSize - (this.#length % blockSize);
		if (rest.length > left) this.#add(Buffer.alloc(left));
		const offset = this.#length % blockSize;
		const block = this.#block + (this.#length - offset) / blockSize;
		this.#add(rest);
		return [...entries.slice(0, count), continuationEntry(block, offset, rest.length)];
	}

	bytes(): Buffer {
		return inBlocks(Buffer.concat(this.#pieces));
	}

	#add(bytes: Buffer): void {
		this.#pieces.push(bytes);
		this.#length += bytes.length;
	}
}

function totalLength(entries: readonly Buffer[]): number {
	return entries.reduce((sum, {length}) => sum + length, 0);
}
