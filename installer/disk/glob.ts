/** Whether a whole text is what a glob says; never for one that {@link globPattern} has no pattern for. */
export function matchesGlob(text: string, glob: string): boolean {
	return globPattern(glob)?.test(text) ?? false;
}

/** A glob with `*`, `?` and `[…]`; undefined when a set in it is none: `[z-a]`. A `[` without an end is itself. */
export function globPattern(glob: string): RegExp | undefined {
	const pattern = glob.replace(/\*|\?|\[!?[^\]]+\]|[^*?]/gs, (part) => {
		if (part === '*') return '.*';
		if (part === '?') return '.';
		if (part.length === 1) return part.replace(/[\\^$.|+()[\]{}/]/, '\\$&');
		const isNegated = part.startsWith('[!');
		const set = part.slice(isNegated ? 2 : 1, -1).replace(/[\\\]^[]/g, '\\$&');
		return `[${isNegated ? '^' : ''}${set}]`;
	});
	try {
		return new RegExp(`^${pattern}$`, 's');
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}
