import type {Key} from '../terminal/keys.ts';

export interface EditedText {
	readonly value: string;
	readonly cursor: number;
}

/** What a key does to a line of text; undefined when it is no key for that. */
export function editText({value, cursor}: EditedText, key: Key): EditedText | undefined {
	const at = Math.min(cursor, value.length);
	const insert = (text: string): EditedText => ({
		value: value.slice(0, at) + text + value.slice(at),
		cursor: at + text.length,
	});
	switch (key.kind) {
		case 'text':
			return insert(key.text);
		case 'paste':
			return insert(pastedText(key.text));
		case 'control':
			return editByControl(value, at, key.letter);
		case 'named':
			return editByName(value, at, key.name);
		case 'cursor-position':
			return undefined;
	}
}

/** Lines stay lines; what else is no character goes. */
function pastedText(text: string): string {
	const lines = text.replace(/\r\n?/g, '\n').trim();
	return lines.replace(/[^\P{Cc}\n]/gu, '');
}

function editByControl(value: string, at: number, letter: string): EditedText | undefined {
	switch (letter) {
		case 'a':
			return {value, cursor: 0};
		case 'e':
			return {value, cursor: value.length};
		case 'k':
			return {value: value.slice(0, at), cursor: at};
		case 'u':
			return {value: value.slice(at), cursor: 0};
		case 'w': {
			const kept = value.slice(0, at).replace(/\S*\s*$/, '');
			return {value: kept + value.slice(at), cursor: kept.length};
		}
		default:
			return undefined;
	}
}

function editByName(value: string, at: number, name: string): EditedText | undefined {
	const before = at - lastCharacter(value.slice(0, at)).length;
	const after = at + firstCharacter(value.slice(at)).length;
	switch (name) {
		case 'left':
			return {value, cursor: before};
		case 'right':
			return {value, cursor: after};
		case 'home':
			return {value, cursor: 0};
		case 'end':
			return {value, cursor: value.length};
		case 'backspace':
			return {value: value.slice(0, before) + value.slice(at), cursor: before};
		case 'delete':
			return {value: value.slice(0, at) + value.slice(after), cursor: at};
		default:
			return undefined;
	}
}

const firstCharacter = (text: string): string => /^./su.exec(text)?.[0] ?? '';
const lastCharacter = (text: string): string => /.$/su.exec(text)?.[0] ?? '';
