/** Edits (insert, delete, replace, swap of neighbours) that turn one word into the other. */
export function editDistance(from: string, to: string): number {
	let beforePrevious: number[] = [];
	let previous = Array.from({length: to.length + 1}, (_, column) => column);
	for (let row = 1; row <= from.length; row++) {
		const current = [row];
		for (let column = 1; column <= to.length; column++) {
			const cost = from[row - 1] === to[column - 1] ? 0 : 1;
			let distance = Math.min(
				(previous[column] ?? 0) + 1,
				(current[column - 1] ?? 0) + 1,
				(previous[column - 1] ?? 0) + cost,
			);
			const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
			if (isSwap) distance = Math.min(distance, (beforePrevious[column - 2] ?? 0) + 1);
			current.push(distance);
		}
		beforePrevious = previous;
		previous = current;
	}
	return previous[to.length] ?? 0;
}

/** The known word that was probably meant, if any is near: a typing error or two, or a beginning. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
	const beginnings = known.filter((candidate) => word.length > 1 && candidate.startsWith(word));
	if (beginnings.length === 1) return beginnings[0];
	const tolerance = word.length < 4 ? 1 : 2;
	return known
		.map((candidate) => ({candidate, distance: editDistance(word, candidate)}))
		.filter(({distance}) => distance <= tolerance)
		.sort((a, b) => a.distance - b.distance)[0]?.candidate;
}
