import {DamagedInput} from '../../engine/errors.ts';

/** Makes errors of one file system: which it is, and what is wrong with it. */
export type Damaged = (what: string) => DamagedInput;

export function damagedFileSystem(name: string): Damaged {
	return (what) =>
		new DamagedInput(`the file system on ${name} is damaged: ${what}`, {
			hint: 'Copy or make the disk again.',
		});
}

/**
 * Counts off the units (blocks, clusters) of a file system: each belongs to one thing. So whatever a
 * hostile one says, reading all of it takes no more time and memory than its size.
 */
export class Claims {
	readonly #taken: Uint8Array;
	readonly #damaged: Damaged;
	readonly #first: number;

	/** @param first number of the first unit that anything may have */
	constructor(first: number, end: number, damaged: Damaged) {
		this.#taken = new Uint8Array(Math.ceil(end / 8));
		this.#first = first;
		this.#damaged = damaged;
		this.end = end;
	}

	readonly end: number;

	/** @throws DamagedInput for a unit that is not there, or is somebody's already */
	claim(start: number, count: number, what: string): void {
		if (start < this.#first || count < 0 || start + count > this.end)
			throw this.#damaged(`${what} is at ${start}, where nothing can be`);
		for (let unit = start; unit < start + count; unit++) {
			if (this.has(unit)) throw this.#damaged(`${what} is at ${unit}, where something else is`);
			this.#taken[unit >>> 3] = (this.#taken[unit >>> 3] ?? 0) | (1 << (unit & 7));
		}
	}

	has(unit: number): boolean {
		return ((this.#taken[unit >>> 3] ?? 0) & (1 << (unit & 7))) !== 0;
	}
}
