import {printableText} from '../../engine/tree/printable.ts';

/** A script that prints without an end fills neither the log nor the memory. */
const mostLinesTold = 2000;
const mostLogBytes = 4 * 1024 * 1024;

/** What a script prints: told line by line, and kept for its own log. */
export class ScriptOutput {
	readonly #tell: (line: string) => void;
	readonly #kept: string[] = [];
	#keptBytes = 0;
	#lines = 0;
	#last = '';

	constructor(tell: (line: string) => void) {
		this.#tell = tell;
	}

	readonly add = (line: string): void => {
		this.#lines++;
		if (line.trim() !== '') this.#last = printableText(line.trim());
		if (this.#lines <= mostLinesTold) this.#tell(toldLine(line));
		if (this.#lines === mostLinesTold + 1) this.#tell('… and more, which is left out');
		this.#keptBytes += Buffer.byteLength(line) + 1;
		if (this.#keptBytes <= mostLogBytes) this.#kept.push(line);
	};

	/** The last line that says anything, for people. */
	get last(): string {
		return this.#last;
	}

	/** As it came, up to 4 MiB. */
	get log(): string {
		return this.#kept.map((line) => `${line}\n`).join('');
	}
}

/** As it is but for what moves a cursor or hides something; quotes may stay. */
function toldLine(line: string): string {
	return line
		.split(/(["\\])/)
		.map((piece) => (piece === '"' || piece === '\\' ? piece : printableText(piece)))
		.join('')
		.replaceAll('\\u{9}', '    ');
}
