/**
 * File names of loader entries, with boot counting: `NAME+LEFT-DONE.conf`.
 * @see https://uapi-group.org/specifications/specs/boot_loader_specification/#boot-counting
 */
export interface EntryName {
	/** The name without counters and extension: what identifies the entry. */
	readonly stem: string;
	/** Undefined when boots of the entry are not counted (any more). */
	readonly tries: Tries | undefined;
}

export interface Tries {
	/** Attempts the boot loader will still make; it lowers this before each. */
	readonly left: number;
	/** Attempts made so far. */
	readonly done: number;
}

/** The boot loader takes larger counters for a part of the name. */
const maxCounter = 2 ** 31 - 1;

/** Undefined for a name that does not end in `.conf`: boot loaders pass over those. */
export function parseEntryName(fileName: string): EntryName | undefined {
	if (!/.\.conf$/i.test(fileName)) return undefined;
	const name = fileName.slice(0, -'.conf'.length);
	const [, stem, left, done = '0'] = /^(.*)\+(\d+)(?:-(\d+))?$/s.exec(name) ?? [];
	if (stem === undefined || Number(left) > maxCounter || Number(done) > maxCounter)
		return {stem: name, tries: undefined};
	return {stem, tries: {left: Number(left), done: Number(done)}};
}

export function formatEntryName({stem, tries}: EntryName): string {
	if (tries === undefined) return `${stem}.conf`;
	const done = tries.done === 0 ? '' : `-${tries.done}`;
	return `${stem}+${tries.left}${done}.conf`;
}
