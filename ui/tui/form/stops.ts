import type {ChoiceOption, Field, ScreenView, TableRow} from '../flow/view.ts';

/** Something on a screen that the selection can be on. The key names it as long as the screen is the same. */
export type Stop =
	| {readonly kind: 'field'; readonly key: string; readonly field: Exclude<Field, {kind: 'button'}>}
	| {
			readonly kind: 'option';
			readonly key: string;
			readonly field: Extract<Field, {kind: 'choice'}>;
			readonly option: ChoiceOption;
	  }
	| {
			readonly kind: 'row';
			readonly key: string;
			readonly field: Extract<Field, {kind: 'table'}>;
			readonly row: TableRow;
	  }
	| {
			readonly kind: 'button';
			readonly key: string;
			readonly field: Extract<Field, {kind: 'button'}>;
	  }
	| {readonly kind: 'next'; readonly key: 'next'};

/** All of a screen from top to bottom. @param filter of its table */
export function stopsOf({fields, next}: ScreenView, filter = ''): Stop[] {
	const stops = fields.flatMap((field) => stopsOfField(field, filter));
	return next === undefined ? stops : [...stops, {kind: 'next', key: 'next'}];
}

function stopsOfField(field: Field, filter: string): Stop[] {
	switch (field.kind) {
		case 'text':
		case 'secret':
		case 'list':
			return [{kind: 'field', key: field.id, field}];
		case 'button':
			return [{kind: 'button', key: field.id, field}];
		case 'choice':
			return field.options
				.filter(({refusal}) => refusal === undefined)
				.map((option) => ({kind: 'option', key: `${field.id}=${option.value}`, field, option}));
		case 'table':
			return filterRows(field.rows, filter).map((row) => ({
				kind: 'row',
				key: `${field.id}=${row.value}`,
				field,
				row,
			}));
	}
}

/** Rows that have every word of the filter in some cell. */
export function filterRows(rows: readonly TableRow[], filter: string): readonly TableRow[] {
	const words = filter
		.toLowerCase()
		.split(/\s+/)
		.filter((word) => word !== '');
	if (words.length === 0) return rows;
	return rows.filter(({cells}) => {
		const text = cells.join(' ').toLowerCase();
		return words.every((word) => text.includes(word));
	});
}

/** Those that have every word of the filter; the ones that begin with it come first. */
export function filterOptions(options: readonly string[], filter: string): readonly string[] {
	const text = filter.trim().toLowerCase();
	const words = text.split(/\s+/);
	const found = options.filter((option) =>
		words.every((word) => option.toLowerCase().includes(word)),
	);
	const begins = (option: string): boolean => option.toLowerCase().startsWith(text);
	return [...found.filter(begins), ...found.filter((option) => !begins(option))];
}

/** Where the selection is when a screen appears: what was chosen there, or what can be. */
export function firstStop(view: ScreenView): string {
	const stops = stopsOf(view);
	const [first] = stops;
	if (first?.kind === 'option') {
		const chosen = stops.find((stop) => stop.kind === 'option' && isChosen(stop));
		return chosen?.key ?? first.key;
	}
	if (first?.kind === 'row') {
		const rows = stops.filter((stop) => stop.kind === 'row');
		const chosen = rows.find(({field, row}) => row.value === field.value);
		return (chosen ?? rows.find(({row}) => row.refusal === undefined) ?? first).key;
	}
	return first?.key ?? '';
}

export function isChosen({field, option}: Extract<Stop, {kind: 'option'}>): boolean {
	return field.value === option.value;
}
