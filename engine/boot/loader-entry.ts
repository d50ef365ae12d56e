import {DamagedInput} from '../errors.ts';

/**
 * Type #1 boot loader entries: one `key value` line each, in `loader/entries/*.conf`.
 * @see https://uapi-group.org/specifications/specs/boot_loader_specification/#type-1-boot-loader-specification-entries
 */
export interface LoaderEntry {
	/** What the menu shows. */
	readonly title: string | undefined;
	readonly sortKey: string | undefined;
	readonly version: string | undefined;
	/** Path of the kernel from the root of the partition that holds the entry (ESP or XBOOTLDR). */
	readonly linux: string;
	/** Paths of initramfs files, loaded in this order. */
	readonly initrd: readonly string[];
	/** The kernel command line; several `options` lines are one line here. */
	readonly options: string;
	/** All other lines in order; kept because boot loaders and people may use them. */
	readonly others: readonly (readonly [key: string, value: string])[];
}

/** Far above any real entry, which is a few hundred bytes. */
export const maxLoaderEntryLength = 64 * 1024;

const singleKeys = ['title', 'sort-key', 'version', 'linux'] as const;
type SingleKey = (typeof singleKeys)[number];

/**
 * Stricter than boot loaders, which skip what they do not understand: an entry that they would boot
 * in part is damaged here.
 * @param file names the entry in errors
 * @throws DamagedInput with file and line
 */
export function parseLoaderEntry(text: string, file: string): LoaderEntry {
	if (text.length > maxLoaderEntryLength)
		throw new DamagedInput(`${file} has ${text.length} characters; a loader entry is short`);
	const single = new Map<SingleKey, string>();
	const initrd: string[] = [];
	const options: string[] = [];
	const others: [string, string][] = [];
	for (const {key, value, where} of parseLines(text, file)) {
		if (isSingleKey(key)) {
			if (single.has(key)) throw new DamagedInput(`${where}: a second "${key}"`);
			single.set(key, key === 'linux' ? checkPath(value, where) : value);
		} else if (key === 'initrd') initrd.push(checkPath(value, where));
		else if (key === 'options') options.push(value);
		else others.push([key, value]);
	}
	const linux = single.get('linux');
	if (linux === undefined) throw new DamagedInput(`${file} has no "linux" line`);
	return {
		title: single.get('title'),
		sortKey: single.get('sort-key'),
		version: single.get('version'),
		linux,
		initrd,
		options: options.join(' '),
		others,
	};
}

export function formatLoaderEntry(entry: LoaderEntry): string {
	const lines: (readonly [string, string | undefined])[] = [
		['title', entry.title],
		['sort-key', entry.sortKey],
		['version', entry.version],
		...entry.others,
		['linux', entry.linux],
		...entry.initrd.map((initrd) => ['initrd', initrd] as const),
		['options', entry.options === '' ? undefined : entry.options],
	];
	return lines
		.filter((line): line is [string, string] => line[1] !== undefined)
		.map(([key, value]) => `${key} ${quoteIfNeeded(value)}\n`)
		.join('');
}

interface Line {
	readonly key: string;
	readonly value: string;
	/** `FILE, line N`, for errors. */
	readonly where: string;
}

function* parseLines(text: string, file: string): Generator<Line> {
	for (const [index, raw] of text.split(/\r\n|[\n\r]/).entries()) {
		const where = `${file}, line ${index + 1}`;
		const line = raw.replace(/^[ \t]+|[ \t]+$/g, '');
		if (line === '' || line.startsWith('#')) continue;
		if (hasControlCharacter(line)) throw new DamagedInput(`${where} is not text in UTF-8`);
		const [, key = '', rest = ''] = /^([^ \t]+)[ \t]*(.*)$/.exec(line) ?? [];
		const value = unquote(rest);
		if (value === '') throw new DamagedInput(`${where}: "${key}" has no value`);
		yield {key, value, where};
	}
}

function isSingleKey(key: string): key is SingleKey {
	return (singleKeys as readonly string[]).includes(key);
}

function checkPath(path: string, where: string): string {
	const isPlain = path.startsWith('/') && !path.split('/').includes('..');
	if (!isPlain)
		throw new DamagedInput(`${where}: "${path}" is not a path from the partition's root`);
	return path;
}

/** Control characters other than the tab, and what stands for bytes that were not UTF-8. */
function hasControlCharacter(line: string): boolean {
	for (const character of line)
		if ((character < ' ' && character !== '\t') || '\x7f\ufffd'.includes(character)) return true;
	return false;
}

/** systemd-boot takes one pair of quotes around a whole value off. */
function unquote(value: string): string {
	return isQuoted(value) ? value.slice(1, -1) : value;
}

function isQuoted(value: string): boolean {
	return value.length >= 2 && value.startsWith('"') && value.endsWith('"');
}

function quoteIfNeeded(value: string): string {
	return isQuoted(value) || /^[ \t]|[ \t]$/.test(value) ? `"${value}"` : value;
}
