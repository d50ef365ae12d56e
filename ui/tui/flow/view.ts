/** What a screen asks and tells, as data: drawn by `components`, asked line by line by `plain`. */
import type {FieldId} from './draft.ts';
import type {ActionId, Failure, ScreenName} from './state.ts';

export interface ScreenView {
	readonly name: ScreenName;
	readonly title: string;
	readonly lines: readonly TextLine[];
	/** Drawn as a QR code below the lines; what it says is among them. */
	readonly code?: string;
	readonly fields: readonly Field[];
	/** Below the fields. */
	readonly notes: readonly TextLine[];
	/** What the button at the end does; there is none when undefined. */
	readonly next: string | undefined;
	readonly canGoBack: boolean;
	readonly actions: readonly Action[];
}

export type Tone = 'plain' | 'quiet' | 'heading' | 'good' | 'doubtful' | 'bad';

export interface TextLine {
	readonly text: string;
	readonly tone: Tone;
}

/** Something that can be asked for with a letter, outside of text fields. */
export interface Action {
	readonly id: ActionId;
	readonly key: string;
	readonly label: string;
}

/** One that takes as many rows as it has; a table takes what is left. */
export type FormField = TextField | SecretField | ChoiceField | ListField | ButtonField;
export type Field = FormField | TableField;

interface FieldBase {
	readonly id: FieldId;
	readonly label: string;
	readonly value: string;
}

export interface TextField extends FieldBase {
	readonly kind: 'text';
	readonly help?: string;
}

export interface SecretField extends FieldBase {
	readonly kind: 'secret';
	readonly help?: string;
}

/** A few, all in sight. */
export interface ChoiceField extends FieldBase {
	readonly kind: 'choice';
	readonly options: readonly ChoiceOption[];
}

export interface ChoiceOption {
	readonly value: string;
	readonly label: string;
	/** Why it cannot be chosen. */
	readonly refusal?: string | undefined;
}

/** One of many, found by typing a part of it. */
export interface ListField extends FieldBase {
	readonly kind: 'list';
	readonly options: readonly string[];
}

export interface TableField extends FieldBase {
	readonly kind: 'table';
	readonly header: readonly string[];
	readonly rows: readonly TableRow[];
}

export interface TableRow {
	readonly value: string;
	readonly cells: readonly string[];
	readonly refusal?: string | undefined;
	/** Shown below the table while the row is selected. */
	readonly details: readonly TextLine[];
}

export interface ButtonField {
	readonly kind: 'button';
	readonly id: ActionId;
	readonly label: string;
}

/** A screen of which only the given parts are not the usual ones. */
export function screenView(
	parts: Pick<ScreenView, 'name' | 'title'> & Partial<ScreenView>,
): ScreenView {
	return {
		lines: [],
		fields: [],
		notes: [],
		next: 'Continue',
		canGoBack: true,
		actions: [],
		...parts,
	};
}

export const plain = (text: string): TextLine => ({text, tone: 'plain'});
export const quiet = (text: string): TextLine => ({text, tone: 'quiet'});
export const heading = (text: string): TextLine => ({text, tone: 'heading'});
export const doubtful = (text: string): TextLine => ({text, tone: 'doubtful'});
export const good = (text: string): TextLine => ({text, tone: 'good'});
export const bad = (text: string): TextLine => ({text, tone: 'bad'});

/** What speaks against something, one thing a line, and what to do. */
export function describeFailure({message, hint}: Failure): TextLine[] {
	return [...message.split('; ').map(bad), ...(hint === undefined ? [] : [plain(''), plain(hint)])];
}
