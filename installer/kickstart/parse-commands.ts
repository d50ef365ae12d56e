import {nearestWord} from '../../engine/suggestion.ts';
import {
	type HonouredCommand,
	honouredCommands,
	type LineOf,
	sameCommands,
} from './honoured-commands.ts';
import {parseOptions} from './options.ts';
import {mistakenCommands, otherCommands} from './other-commands.ts';
import type {Report} from './report.ts';
import type {CommandStatement} from './statements.ts';

/** Lines of the commands that are taken, each in the order of the file. */
export type CommandLines = {
	readonly [Name in HonouredCommand]: readonly LineOf<Name>[];
};

export interface ParsedCommands {
	readonly lines: CommandLines;
	/** Names of those that were refused. */
	readonly refused: ReadonlySet<string>;
}

export const commandNames: readonly string[] = [
	...Object.keys(honouredCommands),
	...Object.keys(sameCommands),
	...Object.keys(otherCommands),
].sort();

/** Each line by itself; what several of them mean together is for who converts them. */
export function parseCommands(
	statements: readonly CommandStatement[],
	report: Report,
): ParsedCommands {
	const names = Object.keys(honouredCommands);
	const lines = new Map(names.map((name): [string, unknown[]] => [name, []]));
	const refused = new Set<string>();
	for (const statement of statements) {
		const name = statement.words[0]?.text ?? '';
		const command = honouredName(name);
		if (command !== undefined) {
			const {options, words} = honouredCommands[command];
			const line = parseOptions(options, words, statement.words, statement.at, report);
			lines.get(command)?.push(line);
		} else if (Object.hasOwn(otherCommands, name)) {
			if (!isNoted(name, statement, report)) refused.add(name);
		} else {
			reportUnknown(name, statement, report);
		}
	}
	return {lines: Object.fromEntries(lines) as unknown as CommandLines, refused};
}

function honouredName(name: string): HonouredCommand | undefined {
	if (Object.hasOwn(sameCommands, name)) return sameCommands[name];
	return isHonoured(name) ? name : undefined;
}

function isHonoured(name: string): name is HonouredCommand {
	return Object.hasOwn(honouredCommands, name);
}

function isNoted(name: string, {at}: CommandStatement, report: Report): boolean {
	const command = otherCommands[name];
	if (command?.fate === 'noted') {
		report.note(at, `${name} changes nothing: ${command.why}`);
		return true;
	}
	const found =
		command?.fate === 'removed'
			? `gone from kickstart since ${command.release}`
			: 'not possible here';
	report.mistake(at, {key: name, found, expected: command?.instead ?? 'another command'});
	return false;
}

function reportUnknown(name: string, {at}: CommandStatement, report: Report): void {
	const instead = Object.hasOwn(mistakenCommands, name) ? mistakenCommands[name] : undefined;
	report.mistake(at, {
		key: '',
		found: `unknown command ${JSON.stringify(name.slice(0, 64))}`,
		expected: instead ?? 'a command of kickstart',
		suggestion: instead === undefined ? nearestWord(name, commandNames) : undefined,
	});
}
