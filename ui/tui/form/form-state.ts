import type {FlowEvent} from '../flow/state.ts';
import type {ScreenView} from '../flow/view.ts';
import {firstStop, type Stop, stopsOf} from './stops.ts';

/** Where the person is on a screen; forgotten with it. */
export interface FormState {
	/** Key of the stop that is selected. */
	readonly focus: string;
	/** Place of the cursor in the text that is selected. */
	readonly cursor: number;
	/** Of the table; undefined when it is not being filtered. */
	readonly filter: string | undefined;
	/** One of many is being chosen, for the list that is selected. */
	readonly picker: {readonly filter: string; readonly at: number} | undefined;
	readonly isRevealed: boolean;
	/** Lines that are scrolled past, where nothing can be selected. */
	readonly scrolled: number;
	readonly showsHelp: boolean;
}

/** What a key does: to the screen itself, and to the flow. */
export interface FormStep {
	readonly form: FormState;
	readonly events: readonly FlowEvent[];
}

export function firstForm(view: ScreenView): FormState {
	const focus = firstStop(view);
	return {
		focus,
		cursor: textLength(stopsOf(view).find(({key}) => key === focus)),
		filter: undefined,
		picker: undefined,
		isRevealed: false,
		scrolled: 0,
		showsHelp: false,
	};
}

/** The stop that is selected; the first when that has gone, as a field does that an option had brought. */
export function focusedStop(view: ScreenView, form: FormState): Stop | undefined {
	const stops = stopsOf(view, form.filter);
	return stops.find(({key}) => key === form.focus) ?? stops[0];
}

export function isText(
	stop: Stop | undefined,
): stop is Extract<Stop, {kind: 'field'}> & {readonly field: {readonly kind: 'text' | 'secret'}} {
	return stop?.kind === 'field' && (stop.field.kind === 'text' || stop.field.kind === 'secret');
}

/** Selects a stop, with the cursor behind its text. */
export function focusOn(form: FormState, stop: Stop | undefined): FormState {
	if (stop === undefined) return form;
	return {...form, focus: stop.key, cursor: textLength(stop), picker: undefined, isRevealed: false};
}

/** Moves by so many stops, not past an end. */
export function moveFocus(view: ScreenView, form: FormState, by: number): FormState {
	const stops = stopsOf(view, form.filter);
	const at = stops.findIndex(({key}) => key === focusedStop(view, form)?.key);
	return focusOn(form, stops[Math.max(0, Math.min(stops.length - 1, at + by))]);
}

/** To the field after this one, or before; within a choice to what is chosen there. */
export function moveField(view: ScreenView, form: FormState, direction: 1 | -1): FormState {
	const stops = stopsOf(view, form.filter);
	const here = focusedStop(view, form);
	const at = stops.findIndex(({key}) => key === here?.key);
	const others = direction === 1 ? stops.slice(at + 1) : stops.slice(0, Math.max(0, at)).reverse();
	const other = others.find((stop) => fieldOf(stop) !== fieldOf(here));
	if (other === undefined) return form;
	const ofField = stops.filter((stop) => fieldOf(stop) === fieldOf(other));
	const chosen = ofField.find(({key}) => other.kind !== 'next' && key === chosenKey(other));
	return focusOn(form, chosen ?? ofField[0]);
}

function fieldOf(stop: Stop | undefined): string | undefined {
	return stop === undefined || stop.kind === 'next' ? stop?.key : stop.field.id;
}

function chosenKey({field}: Exclude<Stop, {kind: 'next'}>): string {
	return field.kind === 'choice' || field.kind === 'table'
		? `${field.id}=${field.value}`
		: field.id;
}

function textLength(stop: Stop | undefined): number {
	return isText(stop) ? stop.field.value.length : 0;
}
