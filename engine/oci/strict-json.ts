import {DamagedInput} from '../errors.ts';

const maxDepth = 64;

/**
 * Parses JSON that decides what is trusted. Parsers disagree on which of two equal keys counts, so
 * both are refused, and with them bytes that are not UTF-8 and documents nested beyond reason.
 * @param what for messages: `manifest`
 * @throws DamagedInput
 */
export function parseStrictJson(bytes: Buffer, what: string): unknown {
	const text = decodeUtf8(bytes, what);
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		const problem = error instanceof Error ? error.message : String(error);
		throw new DamagedInput(`the ${what} is not JSON: ${problem.slice(0, 120)}`, {cause: error});
	}
	checkKeys(text, what);
	return value;
}

function decodeUtf8(bytes: Buffer, what: string): string {
	try {
		return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
	} catch (error) {
		throw new DamagedInput(`the ${what} is not UTF-8`, {cause: error});
	}
}

/** Walks text that is known to be JSON: only its strings and punctuation matter here. */
function checkKeys(text: string, what: string): void {
	/** The keys of each object that is open; an array has none. */
	const open: (Set<string> | undefined)[] = [];
	let expectsKey = false;
	for (let at = 0; at < text.length; at++) {
		switch (text[at]) {
			case '{':
			case '[':
				open.push(text[at] === '{' ? new Set() : undefined);
				expectsKey = text[at] === '{';
				if (open.length > maxDepth)
					throw new DamagedInput(`the ${what} is nested more than ${maxDepth} deep`, {offset: at});
				break;
			case '}':
			case ']':
				open.pop();
				expectsKey = false;
				break;
			case ',':
				expectsKey = open.at(-1) !== undefined;
				break;
			case '"': {
				const end = stringEnd(text, at);
				if (expectsKey) addKey(open.at(-1), JSON.parse(text.slice(at, end)), what, at);
				expectsKey = false;
				at = end - 1;
				break;
			}
			default:
		}
	}
}

function addKey(keys: Set<string> | undefined, key: string, what: string, offset: number): void {
	if (keys?.has(key))
		throw new DamagedInput(`the ${what} has the key ${JSON.stringify(key)} twice`, {offset});
	keys?.add(key);
}

/** Past the closing quote: the first with an even number of backslashes before it. */
function stringEnd(text: string, start: number): number {
	for (let quote = text.indexOf('"', start + 1); ; quote = text.indexOf('"', quote + 1)) {
		let backslashes = 0;
		while (text[quote - 1 - backslashes] === '\\') backslashes++;
		if (backslashes % 2 === 0) return quote + 1;
	}
}
