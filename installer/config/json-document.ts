import {
	type ConfigEntry,
	type ConfigNode,
	LineIndex,
	nameInTable,
	type ParsedDocument,
} from './document.ts';

/** As deep as brackets may be in each other. */
const maxDepth = 100;

/** Reads JSON with the place of everything. A key that an object has twice is a mistake. */
export function parseJsonDocument(text: string): ParsedDocument {
	try {
		return new JsonReader(text).read();
	} catch (error) {
		if (!(error instanceof JsonFault)) throw error;
		const {offset, found, expected} = error;
		return {at: new LineIndex(text).at(offset), found, expected};
	}
}

class JsonFault extends Error {
	readonly offset: number;
	readonly found: string;
	readonly expected: string;

	constructor(offset: number, found: string, expected: string) {
		super(`${found}, expected ${expected}`);
		this.offset = offset;
		this.found = found;
		this.expected = expected;
	}
}

class JsonReader {
	readonly #text: string;
	readonly #lines: LineIndex;
	#offset = 0;

	constructor(text: string) {
		this.#text = text;
		this.#lines = new LineIndex(text);
	}

	read(): ParsedDocument {
		const node = this.#value('', 0);
		this.#skipSpace();
		if (this.#offset < this.#text.length) this.#fail('the end of the file');
		if (node.kind === 'table') return node;
		throw new JsonFault(0, 'no object', 'an object in braces');
	}

	#value(name: string, depth: number): ConfigNode {
		this.#skipSpace();
		const at = this.#lines.at(this.#offset);
		if (depth > maxDepth) this.#fail('fewer brackets in each other');
		switch (this.#text[this.#offset]) {
			case '{':
				return {kind: 'table', name, at, entries: this.#entries(name, depth)};
			case '[':
				return {kind: 'list', name, at, items: this.#items(name, depth)};
			case '"':
				return {kind: 'text', name, at, value: this.#string()};
			default:
				return {name, at, ...this.#word()};
		}
	}

	#entries(name: string, depth: number): Map<string, ConfigEntry> {
		const entries = new Map<string, ConfigEntry>();
		this.#separated('}', () => {
			const offset = this.#offset;
			if (this.#text[offset] !== '"') this.#fail('a key in double quotes');
			const key = this.#string();
			const inner = nameInTable(name, key);
			if (entries.has(key)) throw new JsonFault(offset, `${inner} for the second time`, 'it once');
			this.#skipSpace();
			this.#take(':');
			const node = this.#value(inner, depth + 1);
			entries.set(key, {keyAt: this.#lines.at(offset), node});
		});
		return entries;
	}

	#items(name: string, depth: number): ConfigNode[] {
		const items: ConfigNode[] = [];
		this.#separated(']', () => {
			items.push(this.#value(`${name}[${items.length}]`, depth + 1));
		});
		return items;
	}

	/** Reads what is between commas, from the opening bracket on to behind the closing one. */
	#separated(end: string, read: () => void): void {
		this.#offset++;
		this.#skipSpace();
		if (this.#text[this.#offset] === end) {
			this.#offset++;
			return;
		}
		for (;;) {
			this.#skipSpace();
			read();
			this.#skipSpace();
			if (this.#text[this.#offset] !== ',') break;
			this.#offset++;
		}
		this.#take(end);
	}

	#string(): string {
		const source = this.#match(/"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy);
		if (source === undefined) this.#fail('a string that ends on its line, with valid escapes');
		return JSON.parse(source);
	}

	#word() {
		const number = this.#match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y);
		if (number !== undefined) return {kind: 'number', value: Number(number)} as const;
		const word = this.#match(/(?:true|false|null)(?!\w)/y);
		if (word === 'null') return {kind: 'other', what: 'null'} as const;
		if (word === undefined) this.#fail('a value');
		return {kind: 'boolean', value: word === 'true'} as const;
	}

	#take(character: string): void {
		if (this.#text[this.#offset] !== character) this.#fail(`"${character}"`);
		this.#offset++;
	}

	#skipSpace(): void {
		this.#match(/[ \t\r\n]+/y);
	}

	#match(pattern: RegExp): string | undefined {
		pattern.lastIndex = this.#offset;
		const [match] = pattern.exec(this.#text) ?? [];
		this.#offset += match?.length ?? 0;
		return match;
	}

	#fail(expected: string): never {
		const found = this.#text[this.#offset];
		throw new JsonFault(
			this.#offset,
			found === undefined ? 'the end of the file' : JSON.stringify(found),
			expected,
		);
	}
}
