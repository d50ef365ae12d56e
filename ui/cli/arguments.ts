import {parseArgs} from 'node:util';
import {UsageError} from '../../engine/errors.ts';
import {nearestWord} from '../../engine/suggestion.ts';
import type {
	Arguments,
	OptionDefinition,
	OptionDefinitions,
	PositionalDefinitions,
} from './command.ts';

type OptionValue = boolean | number | string | string[];

/** A command's grammar, and its name for messages. */
export interface Grammar {
	readonly name: string;
	readonly options: OptionDefinitions;
	readonly positionals: PositionalDefinitions;
}

interface OptionToken {
	readonly name: string;
	/** As typed: `--wipe` or `-w`. */
	readonly rawName: string;
	readonly value: string | undefined;
	readonly inlineValue: boolean | undefined;
}

/**
 * Reads the words after a command's name. `--help` is for the caller to have looked for.
 * @throws UsageError that names the word, and the one that was probably meant
 */
export function parseArguments(
	grammar: Grammar,
	words: readonly string[],
): Arguments<OptionDefinitions, PositionalDefinitions> {
	// Not strict: Node's messages know neither our hints nor the choices of an option.
	const {tokens} = parseArgs({
		args: [...words],
		options: parserOptions(grammar.options),
		strict: false,
		allowPositionals: true,
		tokens: true,
	});
	const options: Record<string, OptionValue | undefined> = {};
	for (const [name, definition] of Object.entries(grammar.options)) {
		if (definition.type === 'boolean') options[name] = false;
		else if (definition.type === 'string' && definition.multiple) options[name] = [];
		else options[name] = undefined;
	}
	const passesOn = Object.values(grammar.positionals).some(({passedOn}) => passedOn);
	const positionals: string[] = [];
	const passedOn: string[] = [];
	let taking = positionals;
	for (const token of tokens) {
		if (token.kind === 'option-terminator' && passesOn) taking = passedOn;
		if (token.kind === 'positional') taking.push(token.value);
		if (token.kind === 'option') setOption(grammar, options, token);
	}
	return {options, positionals: namePositionals(grammar, positionals, passedOn)} as Arguments<
		OptionDefinitions,
		PositionalDefinitions
	>;
}

function parserOptions(options: OptionDefinitions) {
	return Object.fromEntries(
		Object.entries(options).map(([name, {type, short}]) => [
			name,
			{
				type: type === 'boolean' ? ('boolean' as const) : ('string' as const),
				...(short === undefined ? {} : {short}),
			},
		]),
	);
}

function setOption(
	grammar: Grammar,
	options: Record<string, OptionValue | undefined>,
	token: OptionToken,
): void {
	const definition = grammar.options[token.name];
	if (definition === undefined) throw unknownOption(grammar, token.rawName);
	const value = readOption(grammar, definition, token);
	const previous = options[token.name];
	if (Array.isArray(previous)) previous.push(String(value));
	else if (typeof previous === 'string' || typeof previous === 'number')
		throw new UsageError(`option ${token.rawName} is given twice: ${previous} and ${value}`, {
			hint: 'Give it once.',
		});
	else options[token.name] = value;
}

function readOption(
	grammar: Grammar,
	definition: OptionDefinition,
	{rawName, value, inlineValue}: OptionToken,
): boolean | number | string {
	const hint = seeHelp(grammar);
	if (definition.type === 'boolean') {
		if (value !== undefined)
			throw new UsageError(`option ${rawName} takes no value, but got ${value}`, {hint});
		return true;
	}
	const isSwallowedOption = inlineValue === false && value?.startsWith('-') && value !== '-';
	if (value === undefined || isSwallowedOption)
		throw new UsageError(`option ${rawName} needs a value: ${rawName} ${definition.value}`, {
			hint: isSwallowedOption ? `If the value is really ${value}, write ${rawName}=${value}` : hint,
		});
	if (definition.type === 'integer') {
		if (!/^\d{1,9}$/.test(value))
			throw new UsageError(`option ${rawName} needs a whole number, not ${value}`, {hint});
		return Number(value);
	}
	if (definition.choices !== undefined && !definition.choices.includes(value))
		throw new UsageError(`option ${rawName} cannot be ${value}`, {
			hint: `It is one of: ${definition.choices.join(', ')}`,
		});
	return value;
}

function namePositionals(
	grammar: Grammar,
	values: readonly string[],
	passedOn: readonly string[],
): Record<string, string | readonly string[]> {
	const all = Object.entries(grammar.positionals);
	const definitions = all.filter(([, definition]) => !definition.passedOn);
	const surplus = values[definitions.length];
	const last = definitions.at(-1)?.[1];
	if (surplus !== undefined && !last?.multiple)
		throw new UsageError(`${grammar.name} does not know what to do with ${surplus}`, {
			hint: seeHelp(grammar),
		});
	const missing = definitions.slice(values.length).find(([, {optional}]) => !optional);
	if (missing !== undefined)
		throw new UsageError(`${grammar.name} needs ${missing[0]}: ${lowerFirst(missing[1].help)}`, {
			hint: seeHelp(grammar),
		});
	const named = definitions
		.slice(0, values.length)
		.map(([name, {multiple}], at) => [name, multiple ? values.slice(at) : (values[at] ?? '')]);
	const behind = all.filter(([, definition]) => definition.passedOn);
	return Object.fromEntries([...named, ...behind.map(([name]) => [name, passedOn])]);
}

function unknownOption(grammar: Grammar, rawName: string): UsageError {
	const known = ['help', ...Object.keys(grammar.options)].map((name) => `--${name}`);
	const nearest = rawName.startsWith('--') ? nearestWord(rawName, known) : undefined;
	return new UsageError(`${grammar.name} has no option ${rawName}`, {
		hint: nearest === undefined ? seeHelp(grammar) : `Did you mean ${nearest}?`,
	});
}

function seeHelp({name}: Grammar): string {
	return `Run slipway ${name} --help.`;
}

function lowerFirst(sentence: string): string {
	// Not of ID, or of a placeholder.
	const begun = sentence.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase());
	return begun.replace(/\.$/, '');
}
