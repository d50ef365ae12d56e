import type {ScreenView} from '../flow/view.ts';
import {type Row, row} from './row.ts';

/** All keys that work on a screen. */
export function helpRows(view: ScreenView): Row[] {
	const keys: (readonly [string, string])[] = [
		['Up Down, k j', 'move'],
		['PgUp PgDn, g G', 'move by pages, to the ends'],
		['Tab, Shift+Tab', 'next field, field before'],
		['Enter', 'take, go on'],
		['Space', 'choose'],
		['Esc, b', 'back; nothing that was typed is lost'],
		...(view.fields.some(({kind}) => kind === 'table') ? [['/', 'filter'] as const] : []),
		...view.actions.map(({key, label}) => [key, label] as const),
		['Ctrl+R', 'show or hide what is secret'],
		['F2, Ctrl+Z', 'shell'],
		['F3, Ctrl+L', 'draw again, and ask for the size'],
		['F4, Ctrl+T', 'draw with other signs'],
		['Ctrl+C, twice', 'leave, or stop what is being done'],
	];
	return [
		row(' Keys', 'heading'),
		...keys.map(([key, meaning]) => row(`   ${key.padEnd(18)}${meaning}`)),
	];
}
