import type {Answers} from '../../../installer/answers/answers.ts';
import type {Draft} from './draft.ts';

/** A part of answers that were found: what a draft takes of it, and what is left. */
export interface TakenPart {
	readonly draft: Partial<Draft>;
	readonly rest: Partial<Answers>;
}
