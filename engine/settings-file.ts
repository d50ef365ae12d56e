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

/** The next step for who finds a mistake in a file: what is below /etc belongs to the machine. */
export function settingsHint(path: string): string {
	return path.startsWith('/etc/')
		? `Correct ${path}.`
		: `Correct ${path} in the image and build it again.`;
}

/**
 * The line, from 1, that sets a key, or the nearest table or key around it; TOML parsers keep no
 * positions. Follows headers and dotted keys; in an array of tables, each table is a key too, from 0.
 */
export function lineOfKey(text: string, wanted: readonly string[]): number {
	const counts = new Map<string, number>();
	let table: string[] = [];
	let nearest = {line: 1, depth: 0};
	for (const [index, line] of text.split('\n').entries()) {
		const item = /^\s*\[\[([^[\]]+)\]\]/.exec(line)?.[1];
		const header = item ?? /^\s*\[([^[\]]+)\]/.exec(line)?.[1];
		const key = /^\s*([^#=[\]]+?)\s*=/.exec(line)?.[1];
		if (header !== undefined) table = splitKey(header);
		else if (key === undefined) continue;
		if (item !== undefined) table.push(String(countUp(counts, table.join('.'))));
		const here = header === undefined ? [...table, ...splitKey(key ?? '')] : table;
		const isAround = here.every((part, depth) => part === wanted[depth]);
		if (isAround && here.length > nearest.depth) nearest = {line: index + 1, depth: here.length};
	}
	return nearest.line;
}

function splitKey(key: string): string[] {
	return key.split('.').map((part) => part.trim().replace(/^(["'])(.*)\1$/, '$2'));
}

/** How often it was called for this name before. */
function countUp(counts: Map<string, number>, name: string): number {
	const before = counts.get(name) ?? 0;
	counts.set(name, before + 1);
	return before;
}
