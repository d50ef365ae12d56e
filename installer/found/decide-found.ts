import type {Answers} from '../answers/answers.ts';
import {type MachineFacts, mayWipe, type WipeRequest} from '../config/arming.ts';
import {formatMistake} from '../config/mistake.ts';
import type {ConfigReading} from '../config/read-config.ts';
import {unsupportedAnswers} from '../config/unsupported-answers.ts';

export interface FoundRequest {
	readonly reading: ConfigReading;
	readonly origin: WipeRequest['origin'];
	readonly permits: WipeRequest['permits'];
	readonly machine: MachineFacts;
}

export type FoundDecision =
	| {readonly kind: 'install'; readonly answers: Answers}
	/** Nothing is installed before a person says so; the answers are there when they make sense. */
	| {
			readonly kind: 'ask';
			readonly why: string;
			readonly hint: string;
			readonly answers?: Answers;
	  };

/**
 * Whether a live system installs by a configuration without asking. One that may not wipe starts nothing, not
 * on an empty disk either: what looks empty may hold what nobody here knows.
 */
export function decideFound({reading, origin, permits, machine}: FoundRequest): FoundDecision {
	const {answers, mistakes} = reading;
	const [first] = mistakes;
	if (first !== undefined) {
		const more = mistakes.length === 1 ? '' : `, and ${mistakes.length - 1} more`;
		return ask(`${formatMistake(first)}${more}`, 'slipway config check lists all mistakes.');
	}
	const unsupported = unsupportedAnswers(answers);
	if (unsupported.length > 0)
		return {
			...ask(`slipway cannot install with these yet: ${unsupported.join(', ')}`, byHand),
			answers,
		};
	if (answers.unattended === false) return {...ask('it says unattended = false', byHand), answers};
	const permission = mayWipe({origin, permits, arm: answers.arm, machine});
	if (permission.mayWipe) return {kind: 'install', answers};
	return {...ask(permission.why, howToPermit), answers};
}

const howToPermit =
	'To permit it, start with the kernel argument slipway.wipe, or name this machine in its arm.';
const byHand = 'Answer the questions, or use slipway install --config on the shell.';

function ask(why: string, hint: string): FoundDecision {
	return {kind: 'ask', why, hint};
}
