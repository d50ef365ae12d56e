import type {FlowEvent} from '../flow/state.ts';
import type {Field, ListField, TextLine} from '../flow/view.ts';
import {filterOptions} from '../form/stops.ts';
import {showable} from '../terminal/glyphs.ts';
import type {LineReader} from './line-reader.ts';

export interface PlainTerminal {
	readonly reader: LineReader;
	write(text: string): void;
}

/** What came of a question: events, or a wish that has nothing to do with it. */
export type FieldAnswer =
	| {readonly kind: 'events'; readonly events: readonly FlowEvent[]}
	| {readonly kind: 'command'; readonly command: PlainCommand};

export type PlainCommand = 'back' | 'quit' | 'shell';

const commands: Readonly<Record<string, PlainCommand>> = {
	':back': 'back',
	':quit': 'quit',
	':shell': 'shell',
};

/** As many of a long list are shown. */
const mostListed = 20;

/** Asks one question until the answer is one. */
export async function askField(field: Field, terminal: PlainTerminal): Promise<FieldAnswer> {
	for (;;) {
		terminal.write(question(field));
		const line =
			field.kind === 'secret'
				? await terminal.reader.readSecret()
				: await terminal.reader.readLine();
		if (field.kind === 'secret') terminal.write('\n');
		if (line === undefined) return {kind: 'command', command: 'quit'};
		const command = field.kind === 'secret' ? undefined : commands[line.trim()];
		if (command !== undefined) return {kind: 'command', command};
		const answer = readAnswer(field, field.kind === 'secret' ? line : line.trim());
		if (Array.isArray(answer)) return {kind: 'events', events: answer};
		for (const problem of answer.problems) terminal.write(`${plainText(problem)}\n`);
	}
}

export function shownLine({text, tone}: TextLine): string {
	return `${tone === 'bad' && !text.startsWith('!') ? '! ' : ''}${plainText(text)}\n`;
}

/** For any terminal, and for who reads it aloud. */
export const plainText = (text: string): string => showable(text, 'ascii');

function question(field: Field): string {
	switch (field.kind) {
		case 'text':
			return `${field.help === undefined ? '' : `${field.help}\n`}${field.label}${plainText(inBrackets(field.value))}: `;
		case 'secret':
			return `${field.label} (not shown)${field.value === '' ? '' : ' [as before]'}: `;
		case 'list':
			return `${field.label}, or a part of it${plainText(inBrackets(field.value))}: `;
		case 'button':
			return `${field.label}? (y/n) [n]: `;
		case 'choice':
		case 'table': {
			const options = optionsOf(field);
			const chosen = options.findIndex(({value}) => value === field.value);
			const lines = [`${field.label}:`, ...options.map(optionLine)];
			const kept = chosen === -1 ? '' : ` [${chosen + 1}]`;
			return `${lines.map(plainText).join('\n')}\nNumber${kept}: `;
		}
	}
}

function optionLine({label, refusal}: PlainOption, at: number): string {
	return `  ${at + 1}  ${label}${refusal === undefined ? '' : ` (not possible: ${refusal})`}`;
}

const inBrackets = (value: string): string => (value === '' ? '' : ` [${value}]`);

interface PlainOption {
	readonly value: string;
	readonly label: string;
	readonly refusal?: string | undefined;
}

function optionsOf(field: Extract<Field, {kind: 'choice' | 'table'}>): readonly PlainOption[] {
	if (field.kind === 'choice') return field.options;
	return field.rows.map(({value, cells, refusal}) => ({
		value,
		label: (refusal === undefined ? cells : cells.slice(0, -1))
			.filter((cell) => cell !== '')
			.join(', '),
		refusal,
	}));
}

function readAnswer(
	field: Field,
	line: string,
): FlowEvent[] | {readonly problems: readonly string[]} {
	// Nothing keeps what is there; a single dot takes it away.
	if (line === '') return [];
	const set = (value: string): FlowEvent[] =>
		field.kind === 'button' ? [] : [{type: 'set', id: field.id, value}];
	switch (field.kind) {
		case 'button':
			return line.toLowerCase().startsWith('y') ? [{type: 'act', id: field.id}] : [];
		case 'text':
			return set(line === '.' ? '' : line);
		case 'secret':
			return set(line);
		case 'list':
			return readListed(field, line, set);
		case 'choice':
		case 'table': {
			const options = optionsOf(field);
			const option = options[Number(line) - 1];
			if (option === undefined) return {problems: [`Give a number from 1 to ${options.length}.`]};
			return option.refusal === undefined
				? set(option.value)
				: {problems: [`Not possible: ${option.refusal}`]};
		}
	}
}

function readListed(
	{options}: ListField,
	line: string,
	set: (value: string) => FlowEvent[],
): FlowEvent[] | {readonly problems: readonly string[]} {
	if (options.includes(line)) return set(line);
	const found = filterOptions(options, line);
	const [only] = found;
	if (only === undefined) return {problems: [`There is no ${line}.`]};
	if (found.length === 1) return set(only);
	const more = found.length - mostListed;
	return {
		problems: [
			`${found.length} match:`,
			...found.slice(0, mostListed).map((option) => `  ${option}`),
			...(more > 0 ? [`  and ${more} more`] : []),
		],
	};
}
