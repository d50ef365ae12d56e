/**
 * A line of a kickstart as words. pykickstart takes each with Python's `shlex`, comments on: quotes and
 * backslashes as in a shell, but nothing goes on in the next line, and `#` begins a comment even inside
 * a word.
 * @see https://docs.python.org/3/library/shlex.html#parsing-rules
 */
export interface Word {
	readonly text: string;
	/** From 1, in characters; that of the first quote where there is one. */
	readonly column: number;
}

export interface LineWords {
	readonly words: readonly Word[];
	/** Column of a `#` that cut a word off. */
	readonly cutAt: number | undefined;
}

export interface WordFault {
	readonly column: number;
	readonly found: string;
	readonly expected: string;
}

const blanks = ' \t\r\n';

/** @param line without its end */
export function splitWords(line: string): LineWords | WordFault {
	const words: Word[] = [];
	let at = 0;
	while (at < line.length) {
		const character = line.charAt(at);
		if (character === '#') break;
		if (blanks.includes(character)) {
			at++;
			continue;
		}
		const word = readWord(line, at);
		if ('found' in word) return word;
		words.push({text: word.text, column: at + 1});
		if (line.charAt(word.end) === '#') return {words, cutAt: word.end + 1};
		at = word.end;
	}
	return {words, cutAt: undefined};
}

export function isWordFault(split: LineWords | WordFault): split is WordFault {
	return 'found' in split;
}

/** Up to a blank, a comment or the end of the line. */
function readWord(line: string, start: number): {text: string; end: number} | WordFault {
	let text = '';
	let at = start;
	while (at < line.length && line.charAt(at) !== '#' && !blanks.includes(line.charAt(at))) {
		const character = line.charAt(at);
		if (character === "'" || character === '"') {
			const quoted = readQuoted(line, at);
			if ('found' in quoted) return quoted;
			text += quoted.text;
			at = quoted.end;
		} else if (character === '\\') {
			if (at + 1 >= line.replace(/\r$/, '').length) return continuation(at);
			text += line.charAt(at + 1);
			at += 2;
		} else {
			text += character;
			at++;
		}
	}
	return {text, end: at};
}

function continuation(at: number): WordFault {
	return {
		column: at + 1,
		found: 'a backslash at the end of the line',
		expected: 'the whole command in one line',
	};
}

function readQuoted(line: string, start: number): {text: string; end: number} | WordFault {
	const quote = line.charAt(start);
	let text = '';
	for (let at = start + 1; at < line.length; at++) {
		const character = line.charAt(at);
		if (character === quote) return {text, end: at + 1};
		const next = line.charAt(at + 1);
		// Inside double quotes a backslash is one, unless it stands before what it can hide.
		if (quote === '"' && character === '\\' && (next === '"' || next === '\\')) {
			text += next;
			at++;
		} else {
			text += character;
		}
	}
	return {column: start + 1, found: `${quote} without its end`, expected: `a second ${quote}`};
}
