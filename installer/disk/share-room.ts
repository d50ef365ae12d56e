/** Bytes that a partition needs, and that it has any use for. */
export interface Appetite {
	readonly least: number;
	readonly most: number;
}

/**
 * Sizes of partitions that share one stretch of a disk: each gets what it needs, and what is left goes to
 * the first that has a use for it. Undefined when there is not enough for all.
 */
export function shareRoom(
	appetites: readonly Appetite[],
	room: number,
): readonly number[] | undefined {
	let left = room - appetites.reduce((sum, {least}) => sum + least, 0);
	if (left < 0) return undefined;
	return appetites.map(({least, most}) => {
		const more = Math.max(0, Math.min(most - least, left));
		left -= more;
		return least + more;
	});
}
