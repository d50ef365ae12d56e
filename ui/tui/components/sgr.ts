import type {Levels} from '../terminal/levels.ts';
import type {Row, Style} from './row.ts';

type Codes = readonly [on: string, off: string];

const inverse: Codes = ['7', '27'];
const bold: Codes = ['1', '22'];
const color = (number: number): Codes => [String(number), '39'];

/** Red is for what destroys and what failed, and for nothing else. Blue cannot be read on a console. */
const colored: Readonly<Record<Style, Codes | undefined>> = {
	plain: undefined,
	quiet: undefined,
	heading: bold,
	good: color(32),
	doubtful: color(33),
	bad: color(31),
	code: ['97;40', '39;49'],
	inverse,
};

/** A row as terminals take it. */
export function styledText(spans: Row, level: Levels['color']): string {
	return spans.map(({text, style}) => wrap(text, codesOf(style, level))).join('');
}

function codesOf(style: Style, level: Levels['color']): Codes | undefined {
	if (style === 'inverse') return inverse;
	if (level === 0) return style === 'heading' || style === 'bad' ? bold : undefined;
	if (style === 'quiet') return level === 256 ? ['2', '22'] : undefined;
	return colored[style];
}

function wrap(text: string, codes: Codes | undefined): string {
	return codes === undefined || text === '' ? text : `\x1b[${codes[0]}m${text}\x1b[${codes[1]}m`;
}
