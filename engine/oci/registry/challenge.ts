/** What a server wants to see before it answers. */
export interface Challenge {
	/** In lower case: `basic`, `bearer`. */
	readonly scheme: string;
	/** Names in lower case. */
	readonly parameters: Readonly<Record<string, string>>;
}

const whitespace = /[ \t]*/y;
const separator = /[ \t,]*/y;
const scheme = /[!#$%&'*+.^_`|~0-9A-Za-z-]+(?=[ \t,]|$)/y;
const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const quoted = /"((?:[^"\\]|\\.)*)"/y;
/** Credentials in one piece, as `Negotiate` has them. A `=` that a value follows is none. */
const token68 = /[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y;

/**
 * Reads `WWW-Authenticate`, which may hold several challenges and come several times: parted by
 * commas then, as are the parameters of each. What cannot be read ends the list.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
export function parseChallenges(header: string): readonly Challenge[] {
	const scan = new Scanner(header);
	const challenges: Challenge[] = [];
	for (scan.match(separator); ; scan.match(separator)) {
		const word = scan.match(scheme)?.[0];
		if (word === undefined) return challenges;
		challenges.push({scheme: word.toLowerCase(), parameters: readParameters(scan)});
	}
}

function readParameters(scan: Scanner): Record<string, string> {
	const parameters: Record<string, string> = {};
	scan.match(whitespace);
	if (scan.match(token68) !== undefined) return parameters;
	for (; ; scan.match(separator)) {
		const start = scan.at;
		const parameter = readParameter(scan);
		if (parameter === undefined) {
			// A word without a value is the scheme of the next challenge.
			scan.at = start;
			return parameters;
		}
		parameters[parameter.name] = parameter.value;
	}
}

function readParameter(scan: Scanner): {name: string; value: string} | undefined {
	const name = scan.match(token)?.[0].toLowerCase();
	scan.match(whitespace);
	if (name === undefined || scan.match(/=/y) === undefined) return undefined;
	scan.match(whitespace);
	const value = scan.match(quoted)?.[1]?.replace(/\\(.)/g, '$1') ?? scan.match(token)?.[0];
	return value === undefined ? undefined : {name, value};
}

class Scanner {
	readonly #text: string;
	at = 0;

	constructor(text: string) {
		this.#text = text;
	}

	match(pattern: RegExp): RegExpExecArray | undefined {
		pattern.lastIndex = this.at;
		const match = pattern.exec(this.#text);
		if (match === null) return undefined;
		this.at = pattern.lastIndex;
		return match;
	}
}
