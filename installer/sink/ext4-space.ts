import type {BlockRun} from '../../engine/system/ext4-volume.ts';

/** What happens to a file system that has no blocks or inodes left. */
export class NoSpace extends Error {
	readonly code = 'ENOSPC';
}

/** Gives out free blocks in their order, so that what is asked for in a row lies side by side. */
export class FreeSpace {
	readonly #free: BlockRun[];
	/** Of the first free run, how many blocks are gone. */
	#taken = 0;

	/** @param runs in order, with blocks between any two */
	constructor(runs: readonly BlockRun[]) {
		this.#free = [...runs];
	}

	/** In several runs where one does not hold them. @throws NoSpace */
	take(count: number): BlockRun[] {
		const runs: BlockRun[] = [];
		for (let left = count; left > 0; ) {
			const [first] = this.#free;
			if (first === undefined) throw new NoSpace(`no room for ${left} blocks`);
			const run = {
				start: first.start + this.#taken,
				count: Math.min(left, first.count - this.#taken),
			};
			runs.push(run);
			left -= run.count;
			this.#taken += run.count;
			if (this.#taken < first.count) break;
			this.#free.shift();
			this.#taken = 0;
		}
		return runs;
	}
}

/** The first blocks of runs, and the others. */
export function splitRuns(runs: readonly BlockRun[], count: number): [BlockRun[], BlockRun[]] {
	const [before, after]: [BlockRun[], BlockRun[]] = [[], []];
	let left = count;
	for (const run of runs) {
		const first = Math.min(run.count, left);
		if (first > 0) before.push({start: run.start, count: first});
		if (first < run.count) after.push({start: run.start + first, count: run.count - first});
		left -= first;
	}
	return [before, after];
}

/** The same blocks in fewer runs. */
export function mergeRuns(runs: Iterable<BlockRun>): BlockRun[] {
	const merged: {start: number; count: number}[] = [];
	for (const {start, count} of runs) {
		const last = merged.at(-1);
		if (last !== undefined && last.start + last.count === start) last.count += count;
		else merged.push({start, count});
	}
	return merged;
}
