import type {Glyphs} from '../terminal/glyphs.ts';
import {fitRow, fitText, type Row, row} from './row.ts';

/**
 * Rows between two rules, with a title in the upper one, and signs for what lies above and below. There are
 * none at the sides: each key would have to draw rows up to there.
 */
export function box(
	title: string,
	content: readonly Row[],
	{
		width,
		glyphs,
		more,
	}: {width: number; glyphs: Glyphs; more: {readonly above: boolean; readonly below: boolean}},
): Row[] {
	const rule = (text: string, sign = glyphs.horizontal): Row => {
		const heading =
			text === '' ? '' : fitText(` ${text} `, Math.min(text.length + 2, width - 4), glyphs);
		const line = (glyphs.horizontal + heading).padEnd(width - 2, glyphs.horizontal);
		return row(line + sign + glyphs.horizontal);
	};
	const margin = row(' ');
	return [
		rule(title, more.above ? glyphs.more.above : undefined),
		...content.map((spans) => [...margin, ...fitRow(spans, width - 1, glyphs)]),
		rule('', more.below ? glyphs.more.below : undefined),
	];
}
