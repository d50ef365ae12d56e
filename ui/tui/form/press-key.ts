/** What a key means on a screen. Pure: the screen and the selection go in, the new one and events come out. */
import type {FlowEvent} from '../flow/state.ts';
import type {ScreenView} from '../flow/view.ts';
import type {Key, KeyName} from '../terminal/keys.ts';
import {editText} from './edit-text.ts';
import {
	type FormState,
	type FormStep,
	focusedStop,
	isText,
	moveField,
	moveFocus,
} from './form-state.ts';
import {openPicker, pressInPicker} from './picker.ts';
import {type Stop, stopsOf} from './stops.ts';

/** Stops, or lines, of a page. */
const page = 10;

export function pressKey(view: ScreenView, form: FormState, key: Key): FormStep {
	const everywhere = pressAnywhere(view, form, key);
	if (everywhere !== undefined) return everywhere;
	// The key that closes the help does nothing else.
	if (form.showsHelp) return only({...form, showsHelp: false});
	const stop = focusedStop(view, form);
	if (form.picker !== undefined && stop?.kind === 'field' && stop.field.kind === 'list')
		return pressInPicker(view, form, form.picker, stop.field, key);
	return (
		(isText(stop) ? pressInText(form, stop, key) : undefined) ??
		(form.filter !== undefined ? pressInFilter(view, form, form.filter, key) : undefined) ??
		pressNamed(view, form, stop, key) ??
		pressLetter(view, form, stop, key) ??
		only(form)
	);
}

export const only = (form: FormState): FormStep => ({form, events: []});

function pressAnywhere(view: ScreenView, form: FormState, key: Key): FormStep | undefined {
	const sends = (event: FlowEvent): FormStep => ({form, events: [event]});
	if (isControl(key, 'c')) return sends({type: 'act', id: 'quit'});
	if (isNamed(key, 'f2') || isControl(key, 'z')) return sends({type: 'act', id: 'shell'});
	if (isNamed(key, 'f1')) return only({...form, showsHelp: !form.showsHelp});
	if (isControl(key, 'r') && view.fields.some(({kind}) => kind === 'secret'))
		return only({...form, isRevealed: !form.isRevealed});
	return undefined;
}

function pressInText(
	form: FormState,
	{field}: Extract<Stop, {kind: 'field'}>,
	key: Key,
): FormStep | undefined {
	const edited = editText({value: field.value, cursor: form.cursor}, key);
	if (edited === undefined) return undefined;
	const events: FlowEvent[] =
		edited.value === field.value ? [] : [{type: 'set', id: field.id, value: edited.value}];
	return {form: {...form, cursor: edited.cursor}, events};
}

function pressInFilter(
	view: ScreenView,
	form: FormState,
	filter: string,
	key: Key,
): FormStep | undefined {
	if (isNamed(key, 'escape')) return only({...form, filter: undefined});
	const edited = editText({value: filter, cursor: filter.length}, key);
	if (edited === undefined || edited.value === filter) return undefined;
	const filtered = {...form, filter: edited.value};
	return only({...filtered, focus: focusedStop(view, filtered)?.key ?? form.focus});
}

function pressNamed(
	view: ScreenView,
	form: FormState,
	stop: Stop | undefined,
	key: Key,
): FormStep | undefined {
	if (key.kind !== 'named') return undefined;
	const scrolls = stopsOf(view, form.filter).length <= 1;
	const move = (by: number): FormStep =>
		only(
			scrolls ? {...form, scrolled: Math.max(0, form.scrolled + by)} : moveFocus(view, form, by),
		);
	switch (key.name) {
		case 'up':
			return move(-1);
		case 'down':
			return move(1);
		case 'page-up':
			return move(-page);
		case 'page-down':
			return move(page);
		case 'home':
			return move(Number.NEGATIVE_INFINITY);
		case 'end':
			return move(scrolls ? page * page : Number.POSITIVE_INFINITY);
		case 'tab':
			return only(moveField(view, form, 1));
		case 'back-tab':
			return only(moveField(view, form, -1));
		case 'escape':
			return {form, events: [{type: 'back'}]};
		case 'enter':
			return choose(view, form, stop);
		default:
			return undefined;
	}
}

function pressLetter(
	view: ScreenView,
	form: FormState,
	stop: Stop | undefined,
	key: Key,
): FormStep | undefined {
	if (key.kind !== 'text') return undefined;
	if (key.text === ' ')
		return stop?.kind === 'option'
			? {form, events: [{type: 'set', id: stop.field.id, value: stop.option.value}]}
			: choose(view, form, stop);
	if (stop?.kind === 'field' && stop.field.kind === 'list' && /[\p{L}\p{N}/]/u.test(key.text))
		return only(openPicker(form, stop.field, key.text === '/' ? '' : key.text));
	const action = view.actions.find(({key: letter}) => letter === key.text);
	if (action !== undefined) return {form, events: [{type: 'act', id: action.id}]};
	const name = letterKeys[key.text];
	if (name !== undefined) return pressNamed(view, form, stop, {kind: 'named', name});
	if (key.text === '?') return only({...form, showsHelp: true});
	const hasTable = view.fields.some(({kind}) => kind === 'table');
	return key.text === '/' && hasTable ? only({...form, filter: ''}) : undefined;
}

/** For those whose arrow keys do not arrive. */
const letterKeys: Readonly<Record<string, KeyName>> = {
	j: 'down',
	k: 'up',
	g: 'home',
	G: 'end',
	b: 'escape',
};

function choose(view: ScreenView, form: FormState, stop: Stop | undefined): FormStep {
	switch (stop?.kind) {
		case undefined:
			return only(form);
		case 'next':
			return {form, events: [{type: 'next'}]};
		case 'button':
			return {form, events: [{type: 'act', id: stop.field.id}]};
		case 'row':
			return {
				form,
				events: [{type: 'set', id: stop.field.id, value: stop.row.value}, {type: 'next'}],
			};
		case 'option':
			return {
				form: moveField(view, form, 1),
				events: [{type: 'set', id: stop.field.id, value: stop.option.value}],
			};
		case 'field':
			return only(
				stop.field.kind === 'list' ? openPicker(form, stop.field, '') : moveField(view, form, 1),
			);
	}
}

function isNamed(key: Key, name: KeyName): boolean {
	return key.kind === 'named' && key.name === name;
}

function isControl(key: Key, letter: string): boolean {
	return key.kind === 'control' && key.letter === letter;
}
