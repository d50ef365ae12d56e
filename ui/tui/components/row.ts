import {type Glyphs, showable} from '../terminal/glyphs.ts';

/** How a piece of text looks; none of it is said by looks alone. */
export type Style =
	| 'plain'
	| 'quiet'
	| 'heading'
	| 'good'
	| 'doubtful'
	| 'bad'
	/** Of a QR code: white on black. */
	| 'code'
	/** The selected row, and bars: inverse everywhere. */
	| 'inverse';

export interface Span {
	readonly text: string;
	readonly style: Style;
}

/** One line of the screen. */
export type Row = readonly Span[];

export const row = (text: string, style: Style = 'plain'): Row => [{text, style}];
export const emptyRow: Row = [];

/** The same with all text in the look of what is selected. */
export function inverted(spans: Row): Row {
	return spans.map(({text}) => ({text, style: 'inverse'}));
}

/** Text of exactly so many columns: cut, with a sign that it was, or filled. */
export function fitText(text: string, width: number, glyphs: Glyphs): string {
	const shown = showable(text, glyphs.level);
	if (shown.length <= width) return shown.padEnd(width);
	return width < 1 ? '' : shown.slice(0, width - 1) + glyphs.cut;
}

/** A row of exactly so many columns. */
export function fitRow(spans: Row, width: number, glyphs: Glyphs): Row {
	const fitted: Span[] = [];
	let left = width;
	for (const {text, style} of spans) {
		const shown = showable(text, glyphs.level);
		if (shown.length > left) {
			fitted.push({text: fitText(shown, left, glyphs), style});
			return fitted;
		}
		fitted.push({text: shown, style});
		left -= shown.length;
	}
	const last = fitted.at(-1);
	if (left > 0)
		fitted.push({text: ' '.repeat(left), style: last?.style === 'inverse' ? 'inverse' : 'plain'});
	return fitted;
}

/** The text of a row, as someone without colours sees it. */
export function rowText(spans: Row): string {
	return spans.map(({text}) => text).join('');
}

/**
 * The part of a list that is in sight: `height` of `count` around the one at `at`, as still as
 * possible.
 */
export function visiblePart(
	count: number,
	height: number,
	at: number,
): {start: number; end: number} {
	const start = Math.max(0, Math.min(count - height, at - Math.floor(height / 2)));
	return {start, end: Math.min(count, start + height)};
}
