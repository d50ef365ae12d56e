export interface TerminalSize {
	readonly columns: number;
	readonly rows: number;
}

/** What screens are made for. */
export const standardSize: TerminalSize = {columns: 80, rows: 24};

/** Puts the cursor where no terminal reaches, asks where it is, and puts it back. */
export const sizeQuestion = '\x1b7\x1b[999;999H\x1b[6n\x1b8';
/** Who does not answer within this time does not know. */
export const sizeAnswerMs = 500;

const largest = 500;

/** A size as the kernel or the terminal tells it; serial lines tell 0 by 0, which is none. */
export function toldSize(columns: unknown, rows: unknown): TerminalSize | undefined {
	if (typeof columns !== 'number' || typeof rows !== 'number') return undefined;
	if (!(columns > 0 && rows > 0)) return undefined;
	return {columns: Math.min(columns, largest), rows: Math.min(rows, largest)};
}
