import type {Glyphs} from '../terminal/glyphs.ts';
import {fitRow, fitText, type Row, row} from './row.ts';

/** Rows in a frame with a title in its upper edge, and signs for what lies above and below. */
export function box(
	title: string,
	content: readonly Row[],
	{
		width,
		glyphs,
		more,
	}: {width: number; glyphs: Glyphs; more: {readonly above: boolean; readonly below: boolean}},
): Row[] {
	const [upperLeft, upperRight, lowerRight, lowerLeft] = glyphs.corners;
	const edge = (left: string, text: string, sign: string | undefined, right: string): Row => {
		const heading =
			text === '' ? '' : fitText(` ${text} `, Math.min(text.length + 2, width - 4), glyphs);
		const line = (glyphs.horizontal + heading).padEnd(width - 3, glyphs.horizontal);
		return row(left + line + (sign ?? glyphs.horizontal) + right);
	};
	const inside = width - 2;
	return [
		edge(upperLeft, title, more.above ? glyphs.more.above : undefined, upperRight),
		...content.map((spans) => [
			{text: glyphs.vertical, style: 'plain'} as const,
			...fitRow(spans, inside, glyphs),
			{text: glyphs.vertical, style: 'plain'} as const,
		]),
		edge(lowerLeft, '', more.below ? glyphs.more.below : undefined, lowerRight),
	];
}
