import {freeId} from './id-allocation.ts';
import type {IdRange} from './login-defs.ts';

/** The largest number that is one: the one above means nobody to system calls. */
export const highestId = 4_294_967_294;

/** Numbers of users, or of groups, that are given out once. */
export class IdPool {
	readonly #range: IdRange;
	readonly #taken: Set<number>;

	constructor(range: IdRange, taken: readonly (number | undefined)[]) {
		this.#range = range;
		this.#taken = new Set(taken.filter((id) => id !== undefined));
	}

	/** @param wanted taken when nobody has it */
	take(wanted?: number): number | undefined {
		const isFree = wanted !== undefined && !this.#taken.has(wanted);
		const id = isFree ? wanted : freeId(this.#range, this.#taken);
		if (id !== undefined) this.#taken.add(id);
		return id;
	}
}

export function isId(id: number): boolean {
	return Number.isInteger(id) && id >= 0 && id < highestId;
}
