/**
 * The parts that the schema of a configuration is declared with. A field knows all about one kind of
 * value: how to check and convert it, how to write it, and how JSON Schema says it.
 */
import {nearestWord} from '../../engine/suggestion.ts';
import {type ConfigNode, type ConfigValue, kindOf} from './document.ts';
import type {MistakeList} from './mistake.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A value of TOML and JSON. */
export type WrittenValue =
	| string
	| number
	| boolean
	| readonly WrittenValue[]
	| {readonly [key: string]: WrittenValue};

export interface Reading {
	readonly mistakes: MistakeList;
	/** Whether secrets may stand in the file itself. */
	readonly allowsInlineSecrets: boolean;
}

export interface Field<T> {
	/** What is expected, for messages. */
	readonly expected: string;
	readonly jsonSchema: JsonSchema;
	/** Undefined after a mistake, which is noted. */
	read(node: ConfigNode, reading: Reading): T | undefined;
	/**
	 * Undefined for what is left out.
	 * @param leaveOut told of a secret that is not written
	 */
	write(value: T, leaveOut: (key: string) => void, key: string): WrittenValue | undefined;
}

/** Notes that a node is of the wrong kind; its value is not shown, since it may be a secret. */
export function notOfKind(node: ConfigNode, expected: string, {mistakes}: Reading): undefined {
	mistakes.add(node.at, {key: node.name, found: kindOf(node), expected});
}

/** Notes that a value of the right kind is none that can be taken. */
export function wrongValue(
	node: ConfigValue,
	expected: string,
	{mistakes}: Reading,
	suggestion?: string,
): undefined {
	const found = node.kind === 'other' ? node.what : showValue(node.value);
	mistakes.add(node.at, {key: node.name, found, expected, suggestion});
}

const longestShown = 80;

function showValue(value: string | number | boolean): string {
	if (typeof value !== 'string') return String(value);
	const shown = value.length > longestShown ? `${value.slice(0, longestShown)}…` : value;
	return JSON.stringify(shown);
}

export interface TextRules {
	readonly pattern?: RegExp;
	/** For what a pattern cannot say. */
	readonly check?: (value: string) => boolean;
	/** The value may be a secret: messages do not show it. */
	readonly isSecret?: true;
}

export function text(expected: string, {pattern, check, isSecret}: TextRules = {}): Field<string> {
	return {
		expected,
		jsonSchema: {
			type: 'string',
			description: expected,
			...(pattern === undefined ? {} : {pattern: pattern.source}),
		},
		read(node, reading) {
			if (node.kind !== 'text') return notOfKind(node, expected, reading);
			const isRight = (pattern?.test(node.value) ?? true) && (check?.(node.value) ?? true);
			if (isRight && !node.value.includes('\0')) return node.value;
			if (isSecret) return notOfKind(node, expected, reading);
			return wrongValue(node, expected, reading);
		},
		write: (value) => value,
	};
}

export function choice<const Word extends string>(words: readonly Word[]): Field<Word> {
	const expected = words.map((word) => `"${word}"`).join(', ');
	return {
		expected,
		jsonSchema: {enum: words},
		read(node, reading) {
			if (node.kind !== 'text') return notOfKind(node, expected, reading);
			const word = words.find((word) => word === node.value);
			if (word !== undefined) return word;
			return wrongValue(node, expected, reading, nearestWord(node.value, words));
		},
		write: (value) => value,
	};
}

export function wholeNumber(least: number, most: number, what = 'a whole number'): Field<number> {
	const expected = `${what} from ${least} to ${most}`;
	return {
		expected,
		jsonSchema: {type: 'integer', minimum: least, maximum: most, description: expected},
		read(node, reading) {
			if (node.kind !== 'number') return notOfKind(node, expected, reading);
			const {value} = node;
			const isRight = Number.isSafeInteger(value) && value >= least && value <= most;
			return isRight ? value : wrongValue(node, expected, reading);
		},
		write: (value) => value,
	};
}

export const flag: Field<boolean> = {
	expected: 'true or false',
	jsonSchema: {type: 'boolean'},
	read(node, reading) {
		if (node.kind !== 'boolean') return notOfKind(node, 'true or false', reading);
		return node.value;
	},
	write: (value) => value,
};

/**
 * A field of which another value is made.
 * @param read undefined when it cannot be made, which is a mistake
 * @param expected when the field does not say all that is
 */
export function converted<T, U>(
	field: Field<T>,
	{read, write}: {read(value: T): U | undefined; write(value: U): T},
	expected = field.expected,
): Field<U> {
	return {
		...field,
		expected,
		read(node, reading) {
			const value = field.read(node, reading);
			if (value === undefined) return undefined;
			const result = read(value);
			if (result !== undefined) return result;
			return node.kind === 'table' || node.kind === 'list'
				? notOfKind(node, expected, reading)
				: wrongValue(node, expected, reading);
		},
		write: (value, leaveOut, key) => field.write(write(value), leaveOut, key),
	};
}

/** A key of another format that nothing here can honour. @param expected what to do instead */
export function refused(expected: string): Field<never> {
	return {
		expected,
		jsonSchema: {not: {}},
		read(node, {mistakes}) {
			mistakes.add(node.at, {key: node.name, found: 'what slipway cannot honour', expected});
			return undefined;
		},
		write: () => undefined,
	};
}
