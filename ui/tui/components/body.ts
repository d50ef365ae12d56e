/** All of a screen between title and message. */
import {wrapText} from '../../cli/format.ts';
import type {ListField, ScreenView, TextLine} from '../flow/view.ts';
import {type FormState, focusedStop} from '../form/form-state.ts';
import {filterOptions} from '../form/stops.ts';
import type {Glyphs} from '../terminal/glyphs.ts';
import {box} from './box.ts';
import {codeRows} from './code.ts';
import {buttonRow, type FieldLook, type FormRow, fieldRows} from './field.ts';
import {inverted, type Row, row, visiblePart} from './row.ts';
import {table} from './table.ts';

export interface BodyLook {
	readonly width: number;
	readonly height: number;
	readonly glyphs: Glyphs;
}

/** A form wider than this is hard to read along. */
const widestForm = 100;

export function body(view: ScreenView, form: FormState, look: BodyLook): Row[] {
	const stop = focusedStop(view, form);
	if (form.picker !== undefined && stop?.kind === 'field' && stop.field.kind === 'list')
		return pickerRows(stop.field, form.picker, look);
	const rows = formRows(view, form, look);
	const at = rows.findIndex(({stop: key}) => key !== undefined && key === stop?.key);
	const isScrolled = stop === undefined || stop.kind === 'next';
	const farthest = Math.max(0, rows.length - look.height);
	const start =
		isScrolled && view.fields.length === 0
			? Math.min(farthest, form.scrolled)
			: visiblePart(rows.length, look.height, Math.max(0, at)).start;
	return markHidden(
		rows.slice(start, start + look.height).map(({spans}) => spans),
		{above: start > 0, below: start < farthest},
		look,
	);
}

function formRows(view: ScreenView, form: FormState, look: BodyLook): FormRow[] {
	const width = Math.min(look.width, widestForm);
	const text = (lines: readonly TextLine[]): FormRow[] =>
		lines.flatMap((line) => textRows(line, width));
	const stop = focusedStop(view, form);
	const fieldLook: FieldLook = {
		width,
		glyphs: look.glyphs,
		focus: stop?.key,
		cursor: form.cursor,
		isRevealed: form.isRevealed,
	};
	const above = text(view.lines);
	const code =
		view.code === undefined
			? []
			: codeRows(view.code, {...look, height: look.height - above.length});
	const details = stop?.kind === 'row' ? text(stop.row.details) : [];
	const below = [
		...details,
		...gapBefore(text(view.notes)),
		...(view.next === undefined ? [] : gapBefore([buttonRow('next', view.next, fieldLook)])),
	];
	const fields = view.fields.flatMap((field, at) => {
		if (field.kind !== 'table') {
			const rows = fieldRows(field, fieldLook);
			return at > 0 && field.kind === 'choice' ? gapBefore(rows) : rows;
		}
		const height = Math.max(6, look.height - above.length - Math.max(below.length, 4));
		return table(field, {
			width: look.width,
			height: Math.min(height, field.rows.length + 3),
			glyphs: look.glyphs,
			selected: stop?.kind === 'row' ? stop.row.value : undefined,
			filter: form.filter,
		}).map((spans) => ({spans, stop: undefined}));
	});
	return [
		...above,
		...code.map((spans) => ({spans, stop: undefined})),
		...(above.length > 0 ? gapBefore(fields) : fields),
		...below,
	];
}

const empty: FormRow = {spans: [], stop: undefined};
const gapBefore = (rows: readonly FormRow[]): FormRow[] =>
	rows.length === 0 ? [] : [empty, ...rows];

/** Wrapped, but never what is arranged in columns or indented. */
function textRows({text, tone}: TextLine, width: number): FormRow[] {
	const indent = /^ */.exec(text)?.[0] ?? '';
	const isArranged = text.trimStart().includes('  ');
	const lines =
		isArranged || text.length < width - 1 ? [text] : wrapText(text, width - 2 - indent.length);
	return (lines.length === 0 ? [''] : lines).map((line, at) => ({
		spans: row(` ${at === 0 && lines.length === 1 ? line : indent + line}`, tone),
		stop: undefined,
	}));
}

/** Puts a sign at the right end of the first or last row when there is more beyond. */
function markHidden(
	rows: readonly Row[],
	more: {readonly above: boolean; readonly below: boolean},
	{width, glyphs}: BodyLook,
): Row[] {
	return rows.map((spans, at) => {
		const sign =
			at === 0 && more.above
				? glyphs.more.above
				: at === rows.length - 1 && more.below
					? glyphs.more.below
					: undefined;
		if (sign === undefined) return spans;
		const used = spans.reduce((sum, {text}) => sum + text.length, 0);
		return [...spans, {text: sign.padStart(Math.max(1, width - 1 - used)), style: 'plain'}];
	});
}

function pickerRows(
	{label, options}: ListField,
	{filter, at}: NonNullable<FormState['picker']>,
	{width, height, glyphs}: BodyLook,
): Row[] {
	const found = filterOptions(options, filter);
	const {start, end} = visiblePart(found.length, height - 3, at);
	const rows = found
		.slice(start, end)
		.map((option, place) =>
			start + place === at ? inverted(row(`${glyphs.selected} ${option}`)) : row(`  ${option}`),
		);
	return [
		[
			{text: ` ${label}: ${filter}`, style: 'plain'},
			{text: ' ', style: 'inverse'},
			{text: `  ${found.length} of ${options.length}`, style: 'quiet'},
		],
		...box(label, rows, {
			width: Math.min(width, widestForm),
			glyphs,
			more: {above: start > 0, below: end < found.length},
		}),
	];
}
