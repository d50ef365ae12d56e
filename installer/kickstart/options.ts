import {nearestWord} from '../../engine/suggestion.ts';
import type {Place} from '../config/place.ts';
import type {Report} from './report.ts';
import type {Word} from './words.ts';

/**
 * What an option takes. `maybe` is a text or nothing; of `texts` and `lists` each further one adds to
 * those before, of the others the last one counts.
 */
type OptionKind = 'flag' | 'text' | 'texts' | 'list' | 'lists' | 'number' | 'switch' | 'maybe';

interface OptionDetails {
	readonly kind: OptionKind;
	/** Other names of it. */
	readonly also?: readonly string[];
	readonly required?: boolean;
	readonly oneOf?: readonly string[];
}

type OptionSpec = OptionKind | OptionDetails;

/** Options of a command, by name without the dashes. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

interface ValuesByKind {
	flag: true;
	text: string;
	texts: readonly string[];
	list: readonly string[];
	lists: readonly string[];
	number: number;
	switch: boolean;
	maybe: string;
}

type KindOf<Spec extends OptionSpec> = Spec extends OptionDetails ? Spec['kind'] : Spec;

/** A value, and where it was given. */
export interface Given<Value> {
	readonly value: Value;
	readonly at: Place;
}

/** What was given of a table's options. */
export type OptionValues<Table extends OptionTable> = {
	readonly [Name in keyof Table]?: Given<ValuesByKind[Extract<KindOf<Table[Name]>, OptionKind>]>;
};

export interface CommandLine<Table extends OptionTable> {
	readonly name: string;
	readonly at: Place;
	/** What is no option. */
	readonly words: readonly Given<string>[];
	readonly options: OptionValues<Table>;
}

/** How many words a command takes beside its options. */
export interface WordCount {
	readonly least: number;
	readonly most: number;
	/** What they are, for messages. */
	readonly what: string;
}

type AnyValue = string | number | boolean | readonly string[];

/**
 * Options as Python's argparse takes them: `--size=1`, `--size 1`, and beginnings that fit one option
 * alone. Mistakes are reported, and what they are about is left out.
 */
export function parseOptions<const Table extends OptionTable>(
	table: Table,
	count: WordCount,
	words: readonly Word[],
	at: Place,
	report: Report,
): CommandLine<Table> {
	const name = words[0]?.text ?? '';
	const parser = new OptionParser(name, table, at, report);
	parser.read(words.slice(1));
	parser.check(count);
	return {name, at, words: parser.words, options: parser.options as OptionValues<Table>};
}

class OptionParser {
	readonly options: Record<string, Given<AnyValue>> = {};
	readonly words: Given<string>[] = [];
	readonly #name: string;
	readonly #table: OptionTable;
	readonly #at: Place;
	readonly #report: Report;
	/** What follows an option that is unknown may be its value. */
	#sawUnknown = false;

	constructor(name: string, table: OptionTable, at: Place, report: Report) {
		this.#name = name;
		this.#table = table;
		this.#at = at;
		this.#report = report;
	}

	read(words: readonly Word[]): void {
		for (let index = 0; index < words.length; index++) {
			const {text, column} = words[index] ?? {text: '', column: 1};
			const at = {...this.#at, column};
			if (!isOption(text)) {
				this.words.push({value: text, at});
				continue;
			}
			const equals = text.indexOf('=');
			const given = equals === -1 ? text : text.slice(0, equals);
			const option = this.#find(given, at);
			if (option === undefined) continue;
			const inline = equals === -1 ? undefined : text.slice(equals + 1);
			const next = words[index + 1]?.text;
			const takesNext =
				inline === undefined && option.kind !== 'flag' && next !== undefined && !isOption(next);
			this.#take(option, inline ?? (takesNext ? next : undefined), at);
			if (takesNext) index++;
		}
	}

	check({least, most, what}: WordCount): void {
		for (const [name, spec] of Object.entries(this.#table)) {
			if (!detailsOf(spec).required || name in this.options || this.#sawUnknown) continue;
			this.#fault(this.#at, '', `without --${name}`, `--${name}=…`);
		}
		const surplus = this.words[most];
		if (this.#sawUnknown) return;
		if (surplus !== undefined)
			this.#fault(surplus.at, '', `${count(this.words.length)} beside options`, what);
		else if (this.words.length < least) this.#fault(this.#at, '', 'incomplete', what);
	}

	/** Exact names go before beginnings. */
	#find(given: string, at: Place): (OptionDetails & {name: string}) | undefined {
		const all = Object.entries(this.#table).flatMap(([name, spec]) => {
			const details = {name, ...detailsOf(spec)};
			return [name, ...(details.also ?? [])].map((called) => ({called: `--${called}`, details}));
		});
		const exact = all.find(({called}) => called === given);
		if (exact !== undefined) return exact.details;
		const near = given.startsWith('--') ? all.filter(({called}) => called.startsWith(given)) : [];
		const names = new Set(near.map(({details}) => details.name));
		if (names.size === 1) return near[0]?.details;
		this.#sawUnknown = true;
		const known = all.map(({called}) => called);
		const meant = near.map(({called}) => called).join(', ');
		const shown = `${shownOption(given)} of ${this.#name}`;
		this.#report.mistake(at, {
			key: '',
			found: names.size > 1 ? `${shown}, which may be ${meant}` : `unknown option ${shown}`,
			expected: optionsText(known, meant),
			suggestion: names.size > 1 ? undefined : nearestWord(given, known),
		});
		return undefined;
	}

	#take(
		{name, kind, oneOf}: OptionDetails & {name: string},
		text: string | undefined,
		at: Place,
	): void {
		if (kind === 'flag') {
			if (text === undefined) this.options[name] = {value: true, at};
			else this.#fault(at, name, 'given a value', 'none');
			return;
		}
		if (text === undefined && kind !== 'maybe') {
			this.#fault(at, name, 'without a value', `--${name}=…`);
			return;
		}
		const value = this.#valueOf(name, kind, text ?? '', at);
		if (value === undefined) return;
		if (oneOf !== undefined && !oneOf.includes(String(value))) {
			const suggestion = nearestWord(String(value), oneOf);
			const fault = {found: shownValue(String(value)), expected: oneOf.join(', '), suggestion};
			this.#report.mistake(at, {key: `${this.#name} --${name}`, ...fault});
			return;
		}
		this.options[name] = {value, at};
	}

	#valueOf(name: string, kind: OptionKind, text: string, at: Place): AnyValue | undefined {
		const before = this.options[name]?.value;
		const earlier = Array.isArray(before) ? before : [];
		switch (kind) {
			case 'flag':
				return true;
			case 'text':
			case 'maybe':
				return text;
			case 'texts':
				return [...earlier, text];
			case 'list':
				return items(text);
			case 'lists':
				return [...earlier, ...items(text)];
			case 'number': {
				const isNumber = /^\d{1,15}$/.test(text);
				if (!isNumber) this.#fault(at, name, shownValue(text), 'a whole number');
				return isNumber ? Number(text) : undefined;
			}
			case 'switch': {
				const isOn = switches.get(text.toLowerCase());
				if (isOn === undefined) this.#fault(at, name, shownValue(text), 'yes or no');
				return isOn;
			}
		}
	}

	#fault(at: Place, option: string, found: string, expected: string): void {
		const key = option === '' ? this.#name : `${this.#name} --${option}`;
		this.#report.mistake(at, {key, found, expected});
	}
}

const switches: ReadonlyMap<string, boolean> = new Map([
	...['on', 'yes', 'true', '1'].map((word): [string, boolean] => [word, true]),
	...['off', 'no', 'false', '0'].map((word): [string, boolean] => [word, false]),
]);

function detailsOf(spec: OptionSpec): OptionDetails {
	return typeof spec === 'string' ? {kind: spec} : spec;
}

/** A dash alone, negative numbers and texts with blanks are words, as for argparse. */
function isOption(text: string): boolean {
	return /^-[^\d]/.test(text) && (!text.includes(' ') || /^--[a-z-0-9]+=/i.test(text));
}

function items(text: string): readonly string[] {
	return text
		.split(',')
		.map((item) => item.trim())
		.filter((item) => item !== '');
}

function count(words: number): string {
	return words === 1 ? 'one word' : `${words} words`;
}

/** Only what is shaped like an option: a value may have got here that nobody is to see. */
function shownOption(given: string): string {
	return /^--[a-z][a-z\d-]{0,30}$/.test(given) ? given : 'that begins with a dash';
}

function optionsText(known: readonly string[], meant: string): string {
	if (meant !== '') return 'one of them';
	return known.length === 0 ? 'none' : known.toSorted().join(', ');
}

function shownValue(text: string): string {
	return JSON.stringify(text.slice(0, 64));
}
