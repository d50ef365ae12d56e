import type {IdRange} from './login-defs.ts';

/**
 * The number that useradd(8) and groupadd(8) would take: after the highest one in the range, or the
 * lowest that is free once the range is used to its end; undefined when none is.
 */
export function freeId({first, last}: IdRange, taken: ReadonlySet<number>): number | undefined {
	const highest = [...taken].reduce(
		(most, id) => (id <= last ? Math.max(most, id) : most),
		first - 1,
	);
	if (highest < last) return highest + 1;
	for (let id = first; id <= last; id++) if (!taken.has(id)) return id;
	return undefined;
}

/**
 * The lowest run of `count` numbers that none of the runs `[first, count]` has a part of.
 */
export function freeRun(
	{first, last, count}: IdRange & {readonly count: number},
	taken: readonly (readonly [first: number, count: number])[],
): number | undefined {
	let start = first;
	for (const [from, length] of [...taken].sort(([a], [b]) => a - b))
		if (from < start + count && start < from + length) start = from + length;
	return count > 0 && start + count - 1 <= last ? start : undefined;
}
