import {DamagedInput} from '../errors.ts';
import type {ByteString, Inode} from './tree.ts';

/**
 * Which SELinux label belongs to which path, as a policy's `file_contexts` files say.
 * @see selabel_file(5)
 */
export interface FileContexts {
	/** The one that matters most first: the last line of the files. */
	readonly specs: readonly FileContext[];
	/** Paths that are labelled, with all below them, as if they were others. */
	readonly aliases: ReadonlyMap<ByteString, ByteString>;
}

/** One line: paths, file types, label. */
export interface FileContext {
	readonly pattern: RegExp;
	readonly literals: Literals;
	/** The only type that matches; undefined for any. */
	readonly type: Inode['type'] | undefined;
	/** Undefined for `<<none>>`: such paths have no label. */
	readonly label: ByteString | undefined;
}

const typeByCode: ReadonlyMap<string, Inode['type']> = new Map([
	['-b', 'block'],
	['-c', 'character'],
	['-d', 'directory'],
	['-p', 'fifo'],
	['-l', 'symlink'],
	['-s', 'socket'],
	['--', 'file'],
]);

interface Line {
	readonly words: readonly string[];
	/** Says what is wrong with the line. */
	readonly damage: (what: string) => DamagedInput;
}

/** Words of the lines that are neither empty nor a comment. */
function* parseLines(text: ByteString, file: string): Generator<Line> {
	const lines = text.split('\n');
	for (const [index, line] of lines.entries()) {
		const words = line.split(/[ \t\r\v\f]+/).filter((word) => word !== '');
		if (words.length === 0 || words[0]?.startsWith('#')) continue;
		const damage = (what: string) =>
			new DamagedInput(`${file} line ${index + 1}: ${what}`, {
				hint: 'Repair the SELinux policy of the image.',
			});
		yield {words, damage};
	}
}

/**
 * Reads lines `PATTERN [-TYPE] LABEL`, in their order.
 * @param file for messages
 */
export function parseFileContexts(text: ByteString, file: string): FileContext[] {
	const specs: FileContext[] = [];
	for (const {words, damage} of parseLines(text, file)) {
		const [pattern = '', second = ''] = words;
		const hasType = second.startsWith('-');
		const type = typeByCode.get(second);
		if (hasType && type === undefined) throw damage(`unknown file type ${second}`);
		if (words.length !== (hasType ? 3 : 2))
			throw damage(`${words.length} words, not PATTERN, -TYPE and LABEL`);
		const label = words.at(-1);
		specs.push({
			pattern: compilePattern(pattern, damage),
			literals: findLiterals(pattern),
			type,
			label: label === '<<none>>' ? undefined : label,
		});
	}
	return specs;
}

/** Reads lines `ALIAS ORIGINAL` into a map. */
export function parseAliases(
	text: ByteString,
	file: string,
	aliases: Map<ByteString, ByteString>,
): void {
	for (const {words, damage} of parseLines(text, file)) {
		const [alias, original] = words;
		if (alias === undefined || original === undefined || words.length > 2)
			throw damage(`${words.length} words, not ALIAS and ORIGINAL`);
		aliases.set(alias, original);
	}
}

/** Classes that JavaScript's patterns do not know. */
const posixClasses: ReadonlyMap<string, string> = new Map([
	['[:alnum:]', '0-9A-Za-z'],
	['[:alpha:]', 'A-Za-z'],
	['[:digit:]', '0-9'],
	['[:lower:]', 'a-z'],
	['[:space:]', '\\t-\\r '],
	['[:upper:]', 'A-Z'],
	['[:xdigit:]', '0-9A-Fa-f'],
]);

/** Policies are written for PCRE; what means something else here, or nothing, is refused. */
function compilePattern(pattern: string, damage: Line['damage']): RegExp {
	const source = pattern.replace(/\[:[a-z]+:\]/g, (name) => posixClasses.get(name) ?? name);
	const unknown = /\[:[a-z]+:\]|(?<!\\)(?:\\\\)*\\[ac-eg-mo-quyzA-CE-RT-VX-Z]/.exec(source);
	if (unknown !== null) throw damage(`${unknown[0]} in the pattern ${pattern} is not supported`);
	try {
		// A dot matches any byte, as names may have line feeds.
		return new RegExp(`^(?:${source})$`, 's');
	} catch (cause) {
		throw damage(`not a pattern: ${pattern} (${cause instanceof Error ? cause.message : cause})`);
	}
}

/** Bytes that every path has that a pattern matches; a look for them is far cheaper than a match. */
export interface Literals {
	/** What each begins with; empty when that is not certain. */
	readonly prefix: ByteString;
	/** The longest run that each has behind that. */
	readonly infix: ByteString;
}

/** One element of a pattern with what says how often it may be there. */
const elements = /(\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\[])([*+?]|\{[^}]*\})?/gs;

export function findLiterals(pattern: string): Literals {
	const runs = [''];
	let depth = 0;
	for (const [, element = '', quantifier] of pattern.matchAll(elements)) {
		if (element === '(') depth++;
		if (element === ')') depth--;
		// Of two alternatives nothing is certain.
		if (element === '|' && depth === 0) return {prefix: '', infix: ''};
		const literal = depth === 0 ? literalOf(element) : undefined;
		const isCertain = literal !== undefined && (quantifier === undefined || quantifier === '+');
		if (isCertain) runs.push((runs.pop() ?? '') + literal);
		if (!isCertain || quantifier !== undefined) runs.push('');
	}
	const [prefix = '', ...later] = runs;
	return {prefix, infix: later.reduce((a, b) => (b.length > a.length ? b : a), '')};
}

/** The one character that an element stands for; undefined when it stands for several or none. */
function literalOf(element: string): string | undefined {
	const isEscaped = element.startsWith('\\');
	// An escaped letter is a class or the like.
	if (isEscaped) return /[0-9A-Za-z]/.test(element[1] ?? '') ? undefined : element[1];
	return element.length > 1 || /[.^$()[\]{}|]/.test(element) ? undefined : element;
}

/** The specs that can match something in a directory, or below it. */
export function specsBelow(specs: readonly FileContext[], directory: ByteString): FileContext[] {
	const within = directory.endsWith('/') ? directory : `${directory}/`;
	return specs.filter(
		({literals: {prefix}}) => prefix.startsWith(within) || within.startsWith(prefix),
	);
}

/** The label of a path; undefined when it has none. */
export function findLabel(
	specs: readonly FileContext[],
	path: ByteString,
	type: Inode['type'],
): ByteString | undefined {
	for (const spec of specs)
		if (
			(spec.type === undefined || spec.type === type) &&
			path.startsWith(spec.literals.prefix) &&
			path.includes(spec.literals.infix, spec.literals.prefix.length) &&
			spec.pattern.test(path)
		)
			return spec.label;
	return undefined;
}
