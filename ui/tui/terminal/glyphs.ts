import type {GlyphLevel} from './levels.ts';

/** Signs that screens are drawn with; each is one column wide. */
export interface Glyphs {
	readonly level: GlyphLevel;
	readonly horizontal: string;
	/** Before the selected row, and before one that cannot be. */
	readonly selected: string;
	readonly refused: string;
	readonly chosen: string;
	readonly notChosen: string;
	readonly checked: string;
	readonly notChecked: string;
	readonly full: string;
	readonly empty: string;
	readonly more: {readonly above: string; readonly below: string};
	readonly bullet: string;
	/** In the place of each character of a secret. */
	readonly secret: string;
	readonly cut: string;
}

export const glyphSets: Readonly<Record<GlyphLevel, Glyphs>> = {
	ascii: {
		level: 'ascii',
		horizontal: '-',
		selected: '>',
		refused: 'x',
		chosen: '(*)',
		notChosen: '( )',
		checked: '[x]',
		notChecked: '[ ]',
		full: '#',
		empty: '-',
		more: {above: '^', below: 'v'},
		bullet: '*',
		secret: '*',
		cut: '~',
	},
	// What the console fonts of the kernel and of distributions both have.
	vt: {
		level: 'vt',
		horizontal: '─',
		selected: '>',
		refused: '×',
		chosen: '(•)',
		notChosen: '( )',
		checked: '[■]',
		notChecked: '[ ]',
		full: '█',
		empty: '░',
		more: {above: '▲', below: '▼'},
		bullet: '•',
		secret: '•',
		cut: '»',
	},
	unicode: {
		level: 'unicode',
		horizontal: '─',
		selected: '>',
		refused: '✗',
		chosen: '(●)',
		notChosen: '( )',
		checked: '[✓]',
		notChecked: '[ ]',
		full: '█',
		empty: '░',
		more: {above: '▲', below: '▼'},
		bullet: '•',
		secret: '•',
		cut: '…',
	},
};

const shownByAll = /[^\x20-\x7e]/g;
/** Latin, Greek and Cyrillic letters, and what the glyph sets draw with; nothing wide, nothing that combines. */
const shownByTerminals = /[^\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f─-◿✓✗…]/g;
const shownByConsoles = /[^\x20-\x7e\xa1-\xac\xae-\xff─│┌┐└┘├┤┬┴┼═║╔╗╚╝█▒░■•▲▼←↑→↓»×]/g;

/**
 * Text as the terminal can show it, a column for each UTF-16 unit: what it could not becomes `?`.
 * No control sequence gets through, wherever the text came from.
 */
export function showable(text: string, level: GlyphLevel): string {
	const unknown = {
		ascii: shownByAll,
		vt: shownByConsoles,
		unicode: shownByTerminals,
	}[level];
	const simple = level === 'unicode' ? text : text.replaceAll('…', '...');
	return simple.replace(unknown, '?');
}
