/** A whole screen as rows: title, body, message, keys. */
import {wrapText} from '../../cli/format.ts';
import {type FlowState, questionScreens, type ScreenName} from '../flow/state.ts';
import type {ScreenView} from '../flow/view.ts';
import {type FormState, focusedStop, isText} from '../form/form-state.ts';
import type {Glyphs} from '../terminal/glyphs.ts';
import type {TerminalSize} from '../terminal/size.ts';
import {body} from './body.ts';
import {helpRows} from './help.ts';
import {emptyRow, fitRow, fitText, type Row, row} from './row.ts';

/** Below this nothing sensible fits. */
export const smallestSize: TerminalSize = {columns: 60, rows: 16};

/** Rows that are neither the body's nor the message's. */
const otherRows = 3;
const mostMessageRows = 3;

export function frame(
	state: FlowState,
	view: ScreenView,
	form: FormState,
	size: TerminalSize,
	glyphs: Glyphs,
): Row[] {
	const {columns: width, rows: height} = size;
	if (width < smallestSize.columns || height < smallestSize.rows) return tooSmall(size, glyphs);
	const messages = messageRows(state, width);
	const look = {width, height: height - otherRows - messages.length, glyphs};
	const shown = form.showsHelp ? helpRows(view) : body(view, form, look);
	const filled = Array.from({length: look.height}, (_, at) => shown[at] ?? emptyRow);
	return [
		titleRow(state, view, width, glyphs),
		row(glyphs.horizontal.repeat(width)),
		...filled,
		...messages,
		row(fitText(` ${keyHelp(view, form).join('  ')}`, width, glyphs), 'inverse'),
	].map((spans) => fitRow(spans, width, glyphs));
}

function titleRow({machine}: FlowState, view: ScreenView, width: number, glyphs: Glyphs): Row {
	const at = (questionScreens as readonly ScreenName[]).indexOf(view.name);
	const place = at === -1 ? '' : `${at + 1}/${questionScreens.length}`;
	const right = `${[machine?.image.name ?? '', place].filter((part) => part !== '').join('  ')} `;
	const left = ` ${view.title}`;
	const room = Math.max(0, width - left.length - 2);
	const end = right.length > room ? fitText(right, room, glyphs) : right;
	return [
		{text: left, style: 'heading'},
		{text: end.padStart(width - left.length), style: 'quiet'},
	];
}

/** One row at least, so that nothing moves when something is said; never so many that they hide the rest. */
function messageRows({message, busy}: FlowState, width: number): Row[] {
	if (message === undefined) return [busy === undefined ? emptyRow : row(` ${busy} ...`, 'quiet')];
	const [sign, style] =
		message.kind === 'error' ? (['! ', 'bad'] as const) : (['', 'good'] as const);
	const lines = wrapText(`${sign}${message.text}`, width - 2).slice(0, mostMessageRows);
	return lines.map((line) => row(` ${line}`, style));
}

/** Only keys that do something here. */
function keyHelp(view: ScreenView, form: FormState): string[] {
	if (form.showsHelp) return ['any key closes this'];
	if (form.picker !== undefined) return ['type to filter', 'Enter take', 'Esc close'];
	const stop = focusedStop(view, form);
	const inText = isText(stop);
	return [
		...(stop === undefined ? [] : [`Enter ${enterHelp[stop.kind]}`]),
		...(stop?.kind === 'option' ? ['Space choose'] : []),
		...(view.fields.some(({kind}) => kind === 'table') ? ['/ filter'] : []),
		...(view.fields.some(({kind}) => kind === 'secret') ? ['Ctrl+R show'] : []),
		...(inText ? [] : view.actions.map(({key, label}) => `${key} ${label}`)),
		...(view.canGoBack ? ['Esc back'] : []),
		inText ? 'F1 help' : '? help',
		view.name === 'progress' ? 'Ctrl+C stop' : 'Ctrl+C leave',
	];
}

const enterHelp = {
	field: 'next',
	option: 'choose',
	row: 'take',
	button: 'do it',
	next: 'go on',
} as const;

function tooSmall({columns, rows}: TerminalSize, glyphs: Glyphs): Row[] {
	const lines = [
		`This terminal is ${columns}x${rows}.`,
		`${smallestSize.columns}x${smallestSize.rows} are needed.`,
		'Make it larger, or use',
		'--ui=plain.',
	];
	return lines.slice(0, Math.max(1, rows)).map((line) => fitRow(row(line), columns, glyphs));
}
