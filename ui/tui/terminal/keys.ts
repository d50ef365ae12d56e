/**
 * What a keyboard sends, as keys. Terminals differ: xterm, the Linux console and the VT family have
 * their own sequences, Enter is CR, LF or both, and a slow line delivers a sequence in pieces.
 */

const namedKeys = [
	'up',
	'down',
	'left',
	'right',
	'home',
	'end',
	'page-up',
	'page-down',
	'insert',
	'delete',
	'backspace',
	'enter',
	'tab',
	'back-tab',
	'escape',
	...(['f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9', 'f10', 'f11', 'f12'] as const),
] as const;
export type KeyName = (typeof namedKeys)[number];

export type Key =
	| {readonly kind: 'named'; readonly name: KeyName}
	/** `r` of Ctrl+R. */
	| {readonly kind: 'control'; readonly letter: string}
	/** One character. */
	| {readonly kind: 'text'; readonly text: string}
	/** What a terminal with bracketed paste says was pasted, as one. */
	| {readonly kind: 'paste'; readonly text: string}
	/** The answer to a question for the cursor's place; both count from 1. */
	| {readonly kind: 'cursor-position'; readonly row: number; readonly column: number};

export interface DecodedKeys {
	readonly keys: readonly Key[];
	/** The beginning of a sequence whose end has not come. */
	readonly rest: string;
	/** A line feed that comes next belongs to the Enter before it. */
	readonly endsInReturn: boolean;
}

export interface DecodingState {
	/** No more of a sequence will come: it was waited for. */
	readonly isLate: boolean;
	readonly followsReturn: boolean;
}

const esc = '\x1b';
const pasteStart = `${esc}[200~`;
const pasteEnd = `${esc}[201~`;

/** Takes all keys off the beginning of what was received. Never throws; what it does not know it drops. */
export function decodeKeys(received: string, {isLate, followsReturn}: DecodingState): DecodedKeys {
	const keys: Key[] = [];
	let rest = received;
	let endsInReturn = followsReturn;
	while (rest !== '') {
		const taken = rest.startsWith(esc)
			? takeSequence(rest, isLate)
			: takeCharacter(rest, endsInReturn);
		if (taken === undefined) break;
		endsInReturn = rest.startsWith('\r');
		keys.push(...taken.keys);
		rest = rest.slice(taken.length);
	}
	return {keys, rest, endsInReturn};
}

interface Taken {
	readonly keys: readonly Key[];
	readonly length: number;
}

function takeCharacter(text: string, followsReturn: boolean): Taken {
	const character = String.fromCodePoint(text.codePointAt(0) ?? 0);
	const key = followsReturn && character === '\n' ? undefined : keyOfCharacter(character);
	return {keys: key === undefined ? [] : [key], length: character.length};
}

function keyOfCharacter(character: string): Key | undefined {
	const name = namesOfCharacters.get(character);
	if (name !== undefined) return {kind: 'named', name};
	const code = character.codePointAt(0) ?? 0;
	if (code >= 1 && code <= 26) return {kind: 'control', letter: String.fromCharCode(code + 96)};
	return /[\p{Cc}\p{Cs}]/u.test(character) ? undefined : {kind: 'text', text: character};
}

const namesOfCharacters: ReadonlyMap<string, KeyName> = new Map([
	['\r', 'enter'],
	['\n', 'enter'],
	['\t', 'tab'],
	['\x7f', 'backspace'],
	['\b', 'backspace'],
]);

/** All after ESC. `CSI … final`, where the Linux console's `CSI [ A` has two brackets. */
const controlSequence = /^\[(\[[A-E]|[\x30-\x3f]*[\x20-\x2f]*[\x40-\x5a\x5c-\x7e])/;
const singleShift = /^O([A-Za-z])/;
const beginning = /^(O|\[\[?[\x30-\x3f]*[\x20-\x2f]*)?$/;

function takeSequence(text: string, isLate: boolean): Taken | undefined {
	if (text.startsWith(pasteStart)) return takePaste(text, isLate);
	const after = text.slice(esc.length);
	const match = controlSequence.exec(after) ?? singleShift.exec(after);
	if (match !== null) {
		const key = keyOfSequence(match[1] ?? '');
		return {keys: key === undefined ? [] : [key], length: esc.length + match[0].length};
	}
	if (beginning.test(after)) {
		if (!isLate) return undefined;
		if (text !== esc) return {keys: [], length: text.length};
	}
	return {keys: [{kind: 'named', name: 'escape'}], length: 1};
}

function takePaste(text: string, isLate: boolean): Taken | undefined {
	const end = text.indexOf(pasteEnd);
	if (end === -1 && !isLate) return undefined;
	const pasted = text.slice(pasteStart.length, end === -1 ? undefined : end);
	return {
		keys: [{kind: 'paste', text: pasted}],
		length: end === -1 ? text.length : end + pasteEnd.length,
	};
}

function keyOfSequence(sequence: string): Key | undefined {
	const [, row, column] = /^(\d+);(\d+)R$/.exec(sequence) ?? [];
	// Row 1 would be F3 with a modifier; nobody asks for the place of a cursor in the first row.
	if (row !== undefined && row !== '1')
		return {kind: 'cursor-position', row: Number(row), column: Number(column)};
	const [, number, final = ''] = /^(\d*)(?:;\d+)*(\[?.)$/.exec(sequence) ?? [];
	const name = final === '~' ? namesOfNumbers[Number(number)] : namesOfFinals[final];
	return name === undefined ? undefined : {kind: 'named', name};
}

const namesOfFinals: Readonly<Record<string, KeyName>> = {
	A: 'up',
	B: 'down',
	C: 'right',
	D: 'left',
	F: 'end',
	H: 'home',
	M: 'enter',
	P: 'f1',
	Q: 'f2',
	R: 'f3',
	S: 'f4',
	Z: 'back-tab',
	'[A': 'f1',
	'[B': 'f2',
	'[C': 'f3',
	'[D': 'f4',
	'[E': 'f5',
};

const namesOfNumbers: Readonly<Record<number, KeyName>> = {
	1: 'home',
	2: 'insert',
	3: 'delete',
	4: 'end',
	5: 'page-up',
	6: 'page-down',
	7: 'home',
	8: 'end',
	11: 'f1',
	12: 'f2',
	13: 'f3',
	14: 'f4',
	15: 'f5',
	17: 'f6',
	18: 'f7',
	19: 'f8',
	20: 'f9',
	21: 'f10',
	23: 'f11',
	24: 'f12',
};
