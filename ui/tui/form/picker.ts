import type {ListField, ScreenView} from '../flow/view.ts';
import type {Key} from '../terminal/keys.ts';
import {editText} from './edit-text.ts';
import {type FormState, type FormStep, moveField} from './form-state.ts';
import {filterOptions} from './stops.ts';

type Picker = NonNullable<FormState['picker']>;

const page = 10;

/** Opens the choice of one of many, at the value that holds. */
export function openPicker(form: FormState, field: ListField, filter: string): FormState {
	const at = filter === '' ? Math.max(0, field.options.indexOf(field.value)) : 0;
	return {...form, picker: {filter, at}};
}

/** Typing filters, arrows move, Enter takes, Esc leaves. */
export function pressInPicker(
	view: ScreenView,
	form: FormState,
	picker: Picker,
	field: ListField,
	key: Key,
): FormStep {
	const options = filterOptions(field.options, picker.filter);
	const step = key.kind === 'named' ? steps[key.name] : undefined;
	if (step !== undefined) {
		const at = Math.max(0, Math.min(options.length - 1, picker.at + step));
		return {form: {...form, picker: {...picker, at}}, events: []};
	}
	if (key.kind === 'named' && key.name === 'escape')
		return {form: {...form, picker: undefined}, events: []};
	if (key.kind === 'named' && (key.name === 'enter' || key.name === 'tab')) {
		const chosen = options[picker.at];
		if (chosen === undefined) return {form, events: []};
		const closed = {...form, picker: undefined};
		return {
			form: moveField(view, closed, 1),
			events: [{type: 'set', id: field.id, value: chosen}],
		};
	}
	const edited = editText({value: picker.filter, cursor: picker.filter.length}, key);
	if (edited === undefined || edited.value === picker.filter) return {form, events: []};
	return {form: {...form, picker: {filter: edited.value, at: 0}}, events: []};
}

const steps: Readonly<Record<string, number>> = {
	up: -1,
	down: 1,
	'page-up': -page,
	'page-down': page,
	home: Number.NEGATIVE_INFINITY,
	end: Number.POSITIVE_INFINITY,
};
