/** A configuration file as it stands, each key and value with its place, whatever format it came in. */

/** Both from 1; columns count characters. */
export interface Position {
	readonly line: number;
	readonly column: number;
}

interface Node {
	readonly at: Position;
	/** How to call it: `storage.esp.size`, `user[0].name`; empty for the whole file. */
	readonly name: string;
}

export type ConfigNode = ConfigTable | ConfigList | ConfigValue;

export interface ConfigTable extends Node {
	readonly kind: 'table';
	readonly entries: ReadonlyMap<string, ConfigEntry>;
}

export interface ConfigEntry {
	readonly keyAt: Position;
	readonly node: ConfigNode;
}

export interface ConfigList extends Node {
	readonly kind: 'list';
	readonly items: readonly ConfigNode[];
}

export type ConfigValue = Node &
	(
		| {readonly kind: 'text'; readonly value: string}
		| {readonly kind: 'number'; readonly value: number}
		| {readonly kind: 'boolean'; readonly value: boolean}
		/** Dates, and JSON's null: nothing takes them. */
		| {readonly kind: 'other'; readonly what: string}
	);

/** A text that is not of its format. */
export interface SyntaxFault {
	readonly at: Position;
	readonly found: string;
	readonly expected: string;
}

/** `found` is set when the text is none. */
export type ParsedDocument = ConfigTable | SyntaxFault;

export function isSyntaxFault(document: ParsedDocument): document is SyntaxFault {
	return 'found' in document;
}

/** What kind of thing a node is, for messages that must not show it. */
export function kindOf(node: ConfigNode): string {
	switch (node.kind) {
		case 'table':
			return 'a table';
		case 'list':
			return 'a list';
		case 'text':
			return 'a text';
		case 'number':
			return 'a number';
		case 'boolean':
			return 'true or false';
		case 'other':
			return node.what;
	}
}

/** @param parent name of the table, empty for the whole file */
export function nameInTable(parent: string, key: string): string {
	const shown = /^[\w-]{1,64}$/.test(key) ? key : JSON.stringify(key.slice(0, 64));
	return parent === '' ? shown : `${parent}.${shown}`;
}

/** Finds line and column of offsets in a text. */
export class LineIndex {
	readonly #starts: readonly number[];

	constructor(text: string) {
		this.#starts = [0, ...[...text.matchAll(/\n/g)].map(({index}) => index + 1)];
	}

	at(offset: number): Position {
		let [line, next] = [0, this.#starts.length];
		while (next - line > 1) {
			const middle = (line + next) >> 1;
			if ((this.#starts[middle] ?? 0) <= offset) line = middle;
			else next = middle;
		}
		return {line: line + 1, column: offset - (this.#starts[line] ?? 0) + 1};
	}
}
