import type {ChoiceField, FormField, ListField, SecretField, TextField} from '../flow/view.ts';
import type {Glyphs} from '../terminal/glyphs.ts';
import {fitText, type Row, type Span} from './row.ts';

export interface FieldLook {
	readonly width: number;
	readonly glyphs: Glyphs;
	/** Key of the stop that is selected. */
	readonly focus: string | undefined;
	readonly cursor: number;
	readonly isRevealed: boolean;
}

/** A row of a form, and the stop that it is of. */
export interface FormRow {
	readonly spans: Row;
	readonly stop: string | undefined;
}

const labelWidth = 17;
const widestValue = 56;

/** All rows of a field. */
export function fieldRows(field: FormField, look: FieldLook): FormRow[] {
	switch (field.kind) {
		case 'text':
		case 'secret':
			return textRows(field, look);
		case 'list':
			return [listRow(field, look)];
		case 'choice':
			return choiceRows(field, look);
		case 'button':
			return [buttonRow(field.id, field.label, look)];
	}
}

export function buttonRow(key: string, label: string, look: FieldLook): FormRow {
	const text = `[ ${label} ]`;
	return {
		stop: key,
		spans: [lead('', look.focus === key, look.glyphs), {text, style: styleOf(look.focus === key)}],
	};
}

function lead(label: string, isFocused: boolean, glyphs: Glyphs): Span {
	const sign = isFocused ? glyphs.selected : ' ';
	return {text: `${sign} ${label.padEnd(labelWidth)}`, style: isFocused ? 'heading' : 'plain'};
}

const styleOf = (isFocused: boolean): Span['style'] => (isFocused ? 'inverse' : 'plain');

function textRows(field: TextField | SecretField, look: FieldLook): FormRow[] {
	const {glyphs} = look;
	const isFocused = look.focus === field.id;
	const hides = field.kind === 'secret' && !look.isRevealed;
	const text = hides ? glyphs.secret.repeat(field.value.length) : field.value.replaceAll('\n', ' ');
	const width = Math.max(8, Math.min(widestValue, look.width - labelWidth - 5));
	const spans = [
		lead(field.label, isFocused, glyphs),
		{text: '[', style: 'plain'} as const,
		...valueSpans(text, isFocused ? look.cursor : undefined, width, glyphs),
		{text: ']', style: 'plain'} as const,
	];
	const help = isFocused ? field.help : undefined;
	const rows: FormRow[] = [{stop: field.id, spans}];
	if (help !== undefined)
		rows.push({
			stop: undefined,
			spans: [{text: `${' '.repeat(labelWidth + 3)}${help}`, style: 'quiet'}],
		});
	return rows;
}

/** The part of a text around the cursor, which is one inverse column. */
function valueSpans(
	text: string,
	cursor: number | undefined,
	width: number,
	glyphs: Glyphs,
): Span[] {
	if (cursor === undefined) return [{text: fitText(text, width, glyphs), style: 'plain'}];
	const at = Math.min(cursor, text.length);
	const start = Math.max(0, at - width + 1);
	const shown = fitText(text.slice(start, start + width), width, glyphs);
	const place = at - start;
	return [
		{text: shown.slice(0, place), style: 'plain'},
		{text: shown.slice(place, place + 1), style: 'inverse'},
		{text: shown.slice(place + 1), style: 'plain'},
	];
}

function listRow(field: ListField, look: FieldLook): FormRow {
	const {glyphs} = look;
	const isFocused = look.focus === field.id;
	const width = Math.max(8, Math.min(widestValue, look.width - labelWidth - 5));
	const text = `${fitText(field.value, width - 2, glyphs)} ${glyphs.more.below}`;
	return {
		stop: field.id,
		spans: [lead(field.label, isFocused, glyphs), {text: `[${text}]`, style: styleOf(isFocused)}],
	};
}

function choiceRows(field: ChoiceField, {glyphs, focus}: FieldLook): FormRow[] {
	return field.options.map(({value, label, refusal}, at) => {
		const key = `${field.id}=${value}`;
		const isFocused = focus === key;
		const title = at === 0 ? field.label : '';
		if (refusal !== undefined)
			return {
				stop: undefined,
				spans: [
					lead(title, false, glyphs),
					{text: ` ${glyphs.refused}  ${label}: ${refusal}`, style: 'quiet'},
				],
			};
		const sign = field.value === value ? glyphs.chosen : glyphs.notChosen;
		return {
			stop: key,
			spans: [
				lead(title, isFocused, glyphs),
				{text: `${sign} ${label}`, style: styleOf(isFocused)},
			],
		};
	});
}
