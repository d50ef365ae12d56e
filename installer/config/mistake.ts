import {UsageError} from '../../engine/errors.ts';
import {withoutSecrets} from '../answers/web-address.ts';
import type {Position} from './document.ts';
import {formatPlace, type Place} from './place.ts';

/** Something in a configuration that cannot be taken, or that somebody should know. */
export interface ConfigMistake extends Position {
	/** As it was given, a path, `-` or a URL; messages leave out its secrets. */
	readonly file: string;
	/** `storage.filesystem`; empty when it is about the file as a whole. */
	readonly key: string;
	/** What is there, for the middle of a sentence; never a secret. */
	readonly found: string;
	readonly expected: string;
	/** A word that was probably meant. */
	readonly suggestion: string | undefined;
	/** The line that brought the file in. */
	readonly includedFrom?: Place | undefined;
}

/** Something that is as it should be, but not what one may think. */
export interface ConfigNote {
	readonly at: Place;
	readonly text: string;
}

/** `site.toml:14:1: storage.filesytem is unknown, expected …; did you mean filesystem?` */
export function formatMistake(mistake: ConfigMistake): string {
	const {key, found, expected, suggestion, includedFrom} = mistake;
	const what = key === '' ? found : `${key} is ${found}`;
	const meant = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
	const place = formatPlace({...mistake, includedFrom});
	return `${place}: ${what}, expected ${expected}${meant}`;
}

/** @throws UsageError with all of them, when there are any */
export function throwMistakes(mistakes: readonly ConfigMistake[]): void {
	if (mistakes.length === 0) return;
	const files = [...new Set(mistakes.map(({file}) => withoutSecrets(file)))].join(', ');
	throw new UsageError(mistakes.map(formatMistake).join('; '), {
		hint: `Correct ${files}; slipway config check shows one mistake a line.`,
	});
}

/** Collects them while a file is read. */
export class MistakeList {
	readonly file: string;
	readonly #mistakes: ConfigMistake[] = [];

	constructor(file: string) {
		this.file = file;
	}

	add(
		{line, column}: Position,
		mistake: Pick<ConfigMistake, 'key' | 'found' | 'expected'> & {suggestion?: string | undefined},
	): void {
		this.#mistakes.push({
			file: this.file,
			line,
			column,
			key: mistake.key,
			found: mistake.found,
			expected: mistake.expected,
			suggestion: mistake.suggestion,
		});
	}

	/** In the order of the file. */
	sorted(): readonly ConfigMistake[] {
		return this.#mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column);
	}
}
