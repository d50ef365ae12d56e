import {UsageError} from '../../engine/errors.ts';
import {nearestWord} from '../../engine/suggestion.ts';
import type {Command} from './command.ts';

/** One row of the table of commands: what the overview needs, and the way to all the rest. */
export interface CommandEntry {
	/** One word, or two for a command of a group: `image inspect`. */
	readonly name: string;
	/** Imperative, without a full stop, short enough for one line of the overview. */
	readonly summary: string;
	/** Not for people: left out of the overview, and no word is taken for it. */
	readonly isInternal?: true;
	/** Loads the command and what it needs; only the command that runs pays for its imports. */
	load(): Promise<Command>;
}

/** Pages that `slipway help` has besides those of the commands. */
export const helpTopics = ['exit-status'] as const;
export type HelpTopic = (typeof helpTopics)[number];

/** What a command line asks for. */
export type Invocation =
	| {readonly kind: 'version'}
	/** The overview of all commands, or of a group's. */
	| {readonly kind: 'overview'; readonly group?: string}
	| {readonly kind: 'topic'; readonly topic: HelpTopic}
	| {readonly kind: 'help'; readonly entry: CommandEntry}
	| {readonly kind: 'run'; readonly entry: CommandEntry; readonly words: readonly string[]};

/** @throws UsageError for a command that the table lacks */
export function resolveInvocation(
	words: readonly string[],
	table: readonly CommandEntry[],
): Invocation {
	const [first, ...rest] = words;
	if (first === undefined || isHelpOption(first)) return {kind: 'overview'};
	if (first === '--version' || first === '-V') return {kind: 'version'};
	if (first === 'help') return resolveHelp(rest, table);
	if (first.startsWith('-'))
		throw new UsageError(`slipway has no option ${first}`, {hint: 'Run slipway --help.'});
	const asksHelp = wordsBeforeTerminator(words).some(isHelpOption);
	const found = findEntry(words, table);
	if (found === undefined) {
		if (asksHelp && isGroup(first, table)) return {kind: 'overview', group: first};
		throw unknownCommand(words, table);
	}
	return asksHelp ? {kind: 'help', entry: found.entry} : {kind: 'run', ...found};
}

function resolveHelp(words: readonly string[], table: readonly CommandEntry[]): Invocation {
	const [first] = words;
	if (first === undefined || isHelpOption(first)) return {kind: 'overview'};
	const topic = helpTopics.find((topic) => topic === first);
	if (topic !== undefined) return {kind: 'topic', topic};
	const found = findEntry(words, table);
	if (found !== undefined) return {kind: 'help', entry: found.entry};
	if (words.length === 1 && isGroup(first, table)) return {kind: 'overview', group: first};
	throw unknownCommand(words, table);
}

function findEntry(
	words: readonly string[],
	table: readonly CommandEntry[],
): {entry: CommandEntry; words: readonly string[]} | undefined {
	for (const length of [2, 1]) {
		const name = words.slice(0, length).join(' ');
		const entry = table.find((entry) => entry.name === name);
		if (entry !== undefined) return {entry, words: words.slice(length)};
	}
	return undefined;
}

function unknownCommand(words: readonly string[], table: readonly CommandEntry[]): UsageError {
	const [first = '', second] = words;
	if (isGroup(first, table)) {
		const inGroup = table.filter(({name}) => name.startsWith(`${first} `)).map(({name}) => name);
		return new UsageError(
			second === undefined
				? `${first} needs a command after it`
				: `${first} has no command ${second}`,
			{hint: `It has: ${inGroup.map((name) => `slipway ${name}`).join(', ')}`},
		);
	}
	const forPeople = table.filter(({isInternal}) => !isInternal);
	const known = [...new Set(forPeople.map(({name}) => name.split(' ')[0] ?? name)), 'help'];
	const meant = wordsOfOthers.has(first) ? wordsOfOthers.get(first) : nearestWord(first, known);
	return new UsageError(`there is no command ${first}`, {
		hint: meant === undefined ? 'Run slipway --help.' : `Did you mean slipway ${meant}?`,
	});
}

/**
 * Commands of other programs, and what they are here; undefined where nothing does that. Going by how near
 * words are, `uninstall` would lead to what wipes disks.
 */
const wordsOfOthers: ReadonlyMap<string, string | undefined> = new Map([
	['update', 'upgrade'],
	['list', 'status'],
	['uninstall', undefined],
	['reinstall', undefined],
]);

function isGroup(word: string, table: readonly CommandEntry[]): boolean {
	return table.some(({name}) => name.startsWith(`${word} `));
}

function isHelpOption(word: string): boolean {
	return word === '--help' || word === '-h';
}

function wordsBeforeTerminator(words: readonly string[]): readonly string[] {
	const terminator = words.indexOf('--');
	return terminator === -1 ? words : words.slice(0, terminator);
}
