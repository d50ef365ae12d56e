/** A section of a keyfile or unit: lines in order; a key may come several times. */
export interface Section {
	readonly name: string;
	readonly entries: readonly (readonly [key: string, value: string | number | undefined])[];
}

/** Entries without a value are left out, and so are sections without entries. */
export function formatSections(sections: readonly Section[]): string {
	return sections
		.map(({name, entries}) => ({
			name,
			lines: entries.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}\n`])),
		}))
		.filter(({lines}) => lines.length > 0)
		.map(({name, lines}) => `[${name}]\n${lines.join('')}`)
		.join('\n');
}
