import type {ConfigMistake, ConfigNote} from '../config/mistake.ts';
import type {Place} from '../config/place.ts';

/** What is wrong at a place. */
export interface Fault {
	/** `part --size` */
	readonly key: string;
	readonly found: string;
	readonly expected: string;
	readonly suggestion?: string | undefined;
}

/** Collects what is to be said about a kickstart while it is read. */
export class Report {
	readonly #isLenient: boolean;
	readonly #mistakes: ConfigMistake[] = [];
	readonly #warnings: ConfigMistake[] = [];
	readonly #notes: ConfigNote[] = [];

	constructor(isLenient: boolean) {
		this.#isLenient = isLenient;
	}

	mistake(at: Place, fault: Fault): void {
		this.#mistakes.push(mistakeAt(at, fault));
	}

	warning(at: Place, fault: Fault): void {
		this.#warnings.push(mistakeAt(at, fault));
	}

	/** A mistake, unless who installs can live without: for layout and looks, never for security. */
	shortcoming(at: Place, fault: Fault): void {
		if (this.#isLenient) this.warning(at, fault);
		else this.mistake(at, fault);
	}

	note(at: Place, text: string): void {
		this.#notes.push({at, text});
	}

	get mistakes(): readonly ConfigMistake[] {
		return this.#mistakes.toSorted(comparePlaces);
	}

	get warnings(): readonly ConfigMistake[] {
		return this.#warnings.toSorted(comparePlaces);
	}

	get notes(): readonly ConfigNote[] {
		return this.#notes.toSorted((a, b) => comparePlaces(a.at, b.at));
	}
}

function mistakeAt(
	{file, line, column, includedFrom}: Place,
	{key, found, expected, suggestion}: Fault,
): ConfigMistake {
	return {file, line, column, includedFrom, key, found, expected, suggestion};
}

/** In the order in which a reader comes by, who follows each include. */
function comparePlaces(a: Place | ConfigMistake, b: Place | ConfigMistake): number {
	const [from, to] = [pathTo(a), pathTo(b)];
	for (const [depth, step] of from.entries()) {
		const other = to[depth];
		if (other === undefined) return 1;
		if (step.line !== other.line) return step.line - other.line;
		if (step.column !== other.column) return step.column - other.column;
	}
	return from.length - to.length;
}

function pathTo(place: Place | ConfigMistake): (Place | ConfigMistake)[] {
	return place.includedFrom === undefined ? [place] : [...pathTo(place.includedFrom), place];
}
