import {parse as parseToml, TomlError, type TomlTable} from 'smol-toml';
import {UsageError} from './errors.ts';

/** A file of settings in TOML, of an image or of the machine. */
export interface SettingsFile {
	/** Where it lies in the running system, for messages. */
	readonly path: string;
	readonly text: string;
}

/**
 * @param expected what a file without the mistake would have; ends the message
 * @throws UsageError with file, line and what was expected
 */
export function parseSettings(file: SettingsFile, expected = 'TOML'): TomlTable {
	try {
		return parseToml(file.text);
	} catch (cause) {
		if (!(cause instanceof TomlError)) throw cause;
		const [reason = ''] = cause.message.replace(/^Invalid TOML document: /, '').split('\n');
		throw settingsMistake(file, cause.line, {what: reason, expected, cause});
	}
}

/** @param line from 1, see {@link lineOfKey} */
export function settingsMistake(
	{path}: SettingsFile,
	line: number,
	{what, expected, cause}: {what: string; expected: string; cause?: unknown},
): UsageError {
	return new UsageError(`${path}, line ${line}: ${what}, expected ${expected}`, {
		hint: settingsHint(path),
		cause,
	});
}

/** The next step for who finds a mistake in a file: an image's /usr is read-only, all else can be changed where it is. */
export function settingsHint(path: string): string {
	return path.startsWith('/usr/')
		? `Correct ${path} in the image and build it again.`
		: `Correct ${path}.`;
}

/**
 * The line, from 1, that sets a key, or the nearest table or key around it; TOML parsers keep no
 * positions. Follows headers, dotted keys, and arrays of tables, whose elements are counted from 0:
 * `['registry', '0', 'location']`.
 */
export function lineOfKey(text: string, wanted: readonly string[]): number {
	const elements = new Map<string, number>();
	let table: string[] = [];
	let nearest = {line: 1, depth: 0};
	for (const [index, line] of text.split('\n').entries()) {
		const [, brackets, header] = /^\s*(\[\[?)([^[\]]+)\]/.exec(line) ?? [];
		const key = /^\s*([^#=[\]]+?)\s*=/.exec(line)?.[1];
		if (header !== undefined) table = tableOf(header, brackets === '[[', elements);
		else if (key === undefined) continue;
		const here = header === undefined ? [...table, ...splitKey(key ?? '')] : table;
		const isAround = here.every((part, depth) => part === wanted[depth]);
		if (isAround && here.length > nearest.depth) nearest = {line: index + 1, depth: here.length};
	}
	return nearest.line;
}

/** @param elements how many each array of tables has so far, by its path as JSON */
function tableOf(header: string, isElement: boolean, elements: Map<string, number>): string[] {
	const parts = splitKey(header);
	const table: string[] = [];
	for (const [depth, part] of parts.entries()) {
		table.push(part);
		const array = JSON.stringify(table);
		const isNew = isElement && depth === parts.length - 1;
		const count = (elements.get(array) ?? 0) + (isNew ? 1 : 0);
		if (count === 0) continue;
		elements.set(array, count);
		table.push(String(count - 1));
	}
	return table;
}

function splitKey(key: string): string[] {
	const parts = key.match(/"(?:[^"\\]|\\.)*"|'[^']*'|[^.\s]+/g) ?? [];
	return parts.map((part) => part.replace(/^(["'])(.*)\1$/, '$2'));
}
