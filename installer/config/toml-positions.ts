import {parse as parseToml} from 'smol-toml';
import {LineIndex, type Position} from './document.ts';

/** Where a key is first set, and where its value begins; list items have no key. */
export interface TomlPosition {
	readonly keyAt: Position;
	readonly at: Position;
}

export type TomlPositions = ReadonlyMap<string, TomlPosition>;
export type TomlPath = readonly (string | number)[];

/** Name of a path in {@link TomlPositions}; list items count from 0. */
export function pathKey(path: TomlPath): string {
	return JSON.stringify(path);
}

/**
 * Finds the places of all keys and values, which TOML parsers keep to themselves.
 * @param text that is TOML: it was parsed before, and no mistake in it is looked for
 */
export function tomlPositions(text: string): TomlPositions {
	return new PositionFinder(text).find();
}

class PositionFinder {
	readonly #text: string;
	readonly #lines: LineIndex;
	readonly #positions = new Map<string, TomlPosition>();
	/** How many elements each array of tables has so far. */
	readonly #elements = new Map<string, number>();
	#offset = 0;

	constructor(text: string) {
		this.#text = text;
		this.#lines = new LineIndex(text);
	}

	find(): TomlPositions {
		let table: TomlPath = [];
		for (this.#skipSpace(); this.#offset < this.#text.length; this.#skipSpace()) {
			if (this.#text[this.#offset] === '[') table = this.#readHeader();
			else this.#readPair(table);
		}
		return this.#positions;
	}

	#readHeader(): TomlPath {
		const isElement = this.#text.startsWith('[[', this.#offset);
		this.#offset += isElement ? 2 : 1;
		this.#skipBlanks();
		const at = this.#here();
		const path: (string | number)[] = [];
		const parts = this.#readKey();
		for (const [depth, part] of parts.entries()) {
			path.push(part);
			const list = pathKey(path);
			const isNew = isElement && depth === parts.length - 1;
			const count = (this.#elements.get(list) ?? 0) + (isNew ? 1 : 0);
			this.#note(path, at, at);
			if (count === 0) continue;
			this.#elements.set(list, count);
			path.push(count - 1);
			this.#note(path, at, at);
		}
		this.#offset += isElement ? 2 : 1;
		return path;
	}

	#readPair(table: TomlPath): void {
		const keyAt = this.#here();
		const parts = this.#readKey();
		this.#offset++;
		this.#skipBlanks();
		for (const depth of parts.keys())
			if (depth > 0) this.#note([...table, ...parts.slice(0, depth)], keyAt, keyAt);
		const path = [...table, ...parts];
		this.#note(path, keyAt, this.#here());
		this.#readValue(path);
	}

	#readKey(): string[] {
		const parts: string[] = [];
		while (this.#offset < this.#text.length) {
			this.#skipBlanks();
			parts.push(this.#readKeyPart());
			this.#skipBlanks();
			if (this.#text[this.#offset] !== '.') break;
			this.#offset++;
		}
		return parts;
	}

	#readKeyPart(): string {
		const start = this.#offset;
		const quote = this.#text[start];
		if (quote === '"' || quote === "'") {
			this.#skipString();
			return Object.keys(parseToml(`${this.#text.slice(start, this.#offset)} = 0`))[0] ?? '';
		}
		this.#skipMatch(/[^\s.=\]]+/y);
		return this.#text.slice(start, this.#offset);
	}

	#readValue(path: TomlPath): void {
		const first = this.#text[this.#offset];
		if (first === '"' || first === "'") this.#skipString();
		else if (first === '[') this.#readItems(path);
		else if (first === '{') this.#readInlineTable(path);
		else this.#skipMatch(/[^,\]}\n#]+/y);
	}

	#readItems(path: TomlPath): void {
		this.#readUntil(']', (index) => {
			const item = [...path, index];
			this.#note(item, this.#here(), this.#here());
			this.#readValue(item);
		});
	}

	#readInlineTable(path: TomlPath): void {
		this.#readUntil('}', () => this.#readPair(path));
	}

	/** Reads what is between commas, from the opening bracket on to behind the closing one. */
	#readUntil(end: string, read: (index: number) => void): void {
		this.#offset++;
		this.#skipSpace();
		for (let index = 0; this.#offset < this.#text.length; index++) {
			if (this.#text[this.#offset] === end) break;
			read(index);
			this.#skipSpace();
			if (this.#text[this.#offset] === ',') this.#offset++;
			this.#skipSpace();
		}
		this.#offset++;
	}

	#skipString(): void {
		this.#skipMatch(
			/"""(?:[^"\\]|\\.|"(?!""))*"{3,5}|'''(?:[^']|'(?!''))*'{3,5}|"(?:[^"\\]|\\.)*"|'[^']*'/sy,
		);
	}

	#skipBlanks(): void {
		this.#skipMatch(/[ \t]+/y);
	}

	/** And line ends, and comments. */
	#skipSpace(): void {
		this.#skipMatch(/(?:\s|#[^\n]*)+/y);
	}

	#skipMatch(pattern: RegExp): void {
		pattern.lastIndex = this.#offset;
		if (pattern.test(this.#text)) this.#offset = pattern.lastIndex;
	}

	#note(path: TomlPath, keyAt: Position, at: Position): void {
		const key = pathKey(path);
		if (!this.#positions.has(key)) this.#positions.set(key, {keyAt, at});
	}

	#here(): Position {
		return this.#lines.at(this.#offset);
	}
}
