import {nearestWord} from '../../engine/suggestion.ts';
import type {Place} from '../config/place.ts';
import type {Report} from './report.ts';
import {isSectionName, type SectionName, sectionNames} from './section-names.ts';
import {isWordFault, splitWords, type Word} from './words.ts';

/** A command, or a section with all its lines, as it stands. */
export type Statement = CommandStatement | SectionStatement;

export interface CommandStatement {
	readonly kind: 'command';
	readonly at: Place;
	/** At least one, the command's name first. */
	readonly words: readonly Word[];
}

export interface SectionStatement {
	readonly kind: 'section';
	readonly name: SectionName;
	readonly at: Place;
	readonly words: readonly Word[];
	readonly body: readonly BodyLine[];
}

export interface BodyLine {
	readonly text: string;
	readonly at: Place;
}

/**
 * The text of a file that a kickstart names: a path or URL, as it is written there.
 * @param includedBy the file that names it, for paths that are relative
 * @returns undefined when there is none
 */
export type ReadInclude = (target: string, includedBy: string) => string | undefined;

export interface StatementContext {
	readonly readInclude: ReadInclude;
	readonly report: Report;
	/** What is said of an `%include` without its file; `%pre` may be about to write it. */
	readonly missingInclude: 'mistake' | 'warning' | 'nothing';
}

/** So that files that include two others each do not take the memory of the machine. */
const mostIncludes = 256;

/** The statements of a kickstart and of all files that it includes, in order. */
export function readStatements(file: string, text: string, context: StatementContext): Statement[] {
	const reader = new StatementReader(context);
	reader.readFile(file, text.replace(/^\ufeff/, ''), undefined);
	return reader.statements;
}

class StatementReader {
	readonly statements: Statement[] = [];
	readonly #context: StatementContext;
	#includes = 0;

	constructor(context: StatementContext) {
		this.#context = context;
	}

	readFile(file: string, text: string, includedFrom: Place | undefined): void {
		const lines = text.split('\n');
		for (let index = 0; index < lines.length; index++) {
			const at = {file, line: index + 1, column: 1, includedFrom};
			const words = this.#wordsOf(lines[index] ?? '', at);
			const [first] = words;
			if (first === undefined) continue;
			const here = {...at, column: first.column};
			if (first.text === '%include' || first.text === '%ksappend') {
				this.#readIncluded(words, here, (name, content) => this.readFile(name, content, here));
			} else if (first.text.startsWith('%')) {
				index = this.#readSection(lines, index, words, here);
			} else {
				this.statements.push({kind: 'command', at: here, words});
			}
		}
	}

	#wordsOf(line: string, at: Place): readonly Word[] {
		const {report} = this.#context;
		const split = splitWords(line);
		if (isWordFault(split)) {
			report.mistake({...at, column: split.column}, {key: '', ...split});
			return [];
		}
		if (split.cutAt !== undefined) {
			report.warning(
				{...at, column: split.cutAt},
				{
					key: '',
					found: '# inside a word, where a comment begins',
					expected: 'quotes around the word',
				},
			);
		}
		return split.words;
	}

	/** @returns the index of its last line */
	#readSection(lines: readonly string[], start: number, words: readonly Word[], at: Place): number {
		const name = words[0]?.text ?? '';
		if (name === '%end') {
			this.#context.report.mistake(at, {
				key: '',
				found: '%end without a section',
				expected: 'a command',
			});
			return start;
		}
		const body: BodyLine[] = [];
		const end = this.#readBody(lines, start + 1, at, body);
		if (isSectionName(name)) this.statements.push({kind: 'section', name, at, words, body});
		else this.#reportUnknown(name, at);
		if (lines[end] !== undefined && firstWord(lines[end]) === '%end') return end;
		this.#context.report.mistake(at, {
			key: '',
			found: `${name} without its end`,
			expected: 'a line %end',
		});
		return end - 1;
	}

	#reportUnknown(name: string, at: Place): void {
		this.#context.report.mistake(at, {
			key: '',
			found: `unknown section ${shown(name)}`,
			expected: sectionNames.join(', '),
			suggestion: nearestWord(name, sectionNames),
		});
	}

	/** @returns the index of the line with `%end`, or of what comes instead */
	#readBody(lines: readonly string[], start: number, header: Place, body: BodyLine[]): number {
		const {file, includedFrom} = header;
		for (let index = start; index < lines.length; index++) {
			const text = lines[index] ?? '';
			const at = {file, line: index + 1, column: 1, includedFrom};
			const word = firstWord(text);
			if (word === '%end' || isSectionName(word)) return index;
			if (word === '%include' || word === '%ksappend') {
				this.#readIncluded(this.#wordsOf(text, at), at, (name, content) => {
					const inner = content.split('\n');
					const place = {file: name, line: 0, column: 1, includedFrom: at};
					const end = this.#readBody(inner, 0, place, body);
					if (end < inner.length) this.#reportEndInside({...place, line: end + 1});
				});
			} else if (index < lines.length - 1 || text !== '') {
				body.push({text, at});
			}
		}
		return lines.length;
	}

	#reportEndInside(at: Place): void {
		this.#context.report.mistake(at, {
			key: '',
			found: 'the end or begin of a section in a file that a section includes',
			expected: 'lines of that section alone',
		});
	}

	#readIncluded(
		words: readonly Word[],
		at: Place,
		read: (name: string, content: string) => void,
	): void {
		const {report, readInclude, missingInclude} = this.#context;
		const key = words[0]?.text ?? '';
		const target = words[1]?.text;
		if (target === undefined || target === '' || words.length > 2) {
			report.mistake(at, {key, found: 'without one file', expected: 'one path or URL'});
			return;
		}
		if (filesAround(at).includes(target)) {
			report.mistake(at, {key, found: 'a file that includes this one', expected: 'another file'});
			return;
		}
		if (++this.#includes > mostIncludes) {
			if (this.#includes === mostIncludes + 1)
				report.mistake(at, {key, found: 'one too many', expected: `at most ${mostIncludes}`});
			return;
		}
		const content = readInclude(target, at.file);
		if (content !== undefined) {
			read(target, content);
			return;
		}
		const fault = {
			key,
			found: `no such file: ${shown(target)}`,
			expected: 'a file that can be read, or a URL with https://',
		};
		if (key === '%ksappend' || missingInclude === 'mistake') report.mistake(at, fault);
		else if (missingInclude === 'warning') report.warning(at, fault);
	}
}

function firstWord(line: string): string {
	return line.trim().split(/\s/)[0] ?? '';
}

function filesAround(place: Place): string[] {
	return [place.file, ...(place.includedFrom === undefined ? [] : filesAround(place.includedFrom))];
}

function shown(name: string): string {
	return JSON.stringify(name.slice(0, 64));
}
