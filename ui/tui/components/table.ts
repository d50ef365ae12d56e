import type {TableField, TableRow} from '../flow/view.ts';
import {filterRows} from '../form/stops.ts';
import type {Glyphs} from '../terminal/glyphs.ts';
import {box} from './box.ts';
import {fitText, inverted, type Row, row, visiblePart} from './row.ts';

export interface TableLook {
	readonly width: number;
	/** Of all of it. */
	readonly height: number;
	readonly glyphs: Glyphs;
	/** Value of the row that is selected. */
	readonly selected: string | undefined;
	/** Undefined when nobody filters. */
	readonly filter: string | undefined;
}

/** Between columns. */
const gap = '  ';
/** A column that is not the last takes no more. */
const widestColumn = 26;

/** A table in a frame: header, the rows around the selected one, signs for those above and below. */
export function table(
	field: TableField,
	{width, height, glyphs, selected, filter}: TableLook,
): Row[] {
	const rows = filterRows(field.rows, filter ?? '');
	const widths = columnWidths(field);
	const line = (cells: readonly string[], sign: string): string =>
		[
			` ${sign} ${cells
				.slice(0, -1)
				.map((cell, at) => fitText(cell, widths[at] ?? 0, glyphs))
				.join(gap)}`,
			cells.at(-1) ?? '',
		].join(gap);
	const at = rows.findIndex(({value}) => value === selected);
	const {start, end} = visiblePart(rows.length, Math.max(1, height - 3), Math.max(0, at));
	const visible = rows.slice(start, end).map((shown) => tableRow(shown, line, glyphs, selected));
	const title =
		filter === undefined
			? `${field.label} (${rows.length})`
			: `${field.label} with "${filter}" (${rows.length} of ${field.rows.length})`;
	return box(title, [row(line(field.header, ' '), 'heading'), ...visible], {
		width,
		glyphs,
		more: {above: start > 0, below: end < rows.length},
	});
}

function tableRow(
	{value, cells, refusal}: TableRow,
	line: (cells: readonly string[], sign: string) => string,
	glyphs: Glyphs,
	selected: string | undefined,
): Row {
	const isSelected = value === selected;
	const sign = refusal !== undefined ? glyphs.refused : ' ';
	const text = line(cells, sign);
	if (!isSelected) return row(text, refusal === undefined ? 'plain' : 'quiet');
	return inverted(row(glyphs.selected + text.slice(1)));
}

function columnWidths({header, rows}: TableField): number[] {
	return header.map((title, at) =>
		Math.min(
			widestColumn,
			rows.reduce((widest, {cells}) => Math.max(widest, cells[at]?.length ?? 0), title.length),
		),
	);
}
