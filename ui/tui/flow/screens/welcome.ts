import type {HardwareCheck} from '../../../../installer/machine/hardware.ts';
import type {FoundAnswers} from '../../port.ts';
import {foundDraft} from '../found-draft.ts';
import type {FlowState} from '../state.ts';
import {describeFailure, plain, quiet, screenView, type TextLine, type Tone} from '../view.ts';
import type {Screen} from './screen.ts';

/** The image, and whether this machine will do. */
export const welcome: Screen = {
	view(state) {
		return screenView({
			name: 'welcome',
			title: 'Install',
			lines: describeMachine(state),
			canGoBack: false,
		});
	},
	problem({machine, machineFailure}) {
		if (machine === undefined)
			return machineFailure?.message ?? 'This machine is still being looked at.';
		const stop = machine.checks.find(({verdict}) => verdict === 'stop');
		return stop && `${stop.name}: ${stop.text}`;
	},
};

function describeMachine({machine, machineFailure}: FlowState): TextLine[] {
	if (machineFailure !== undefined) return describeFailure(machineFailure);
	if (machine === undefined) return [];
	const {image, checks, found} = machine;
	return [
		plain(`This writes ${image.name} onto a disk of this machine.`),
		quiet(image.version),
		plain('Nothing is changed before the last question is answered.'),
		plain(''),
		...checks.flatMap(describeCheck),
		...(found === undefined ? [] : describeCheck(foundCheck(found))),
	];
}

function foundCheck(found: FoundAnswers): HardwareCheck {
	const {leftOut} = foundDraft(found);
	const text = 'those of the configuration are filled in';
	return leftOut.length === 0
		? {name: 'Answers', verdict: 'good', text}
		: {name: 'Answers', verdict: 'doubtful', text: `${text}, but for ${leftOut.join(', ')}`};
}

const verdicts: Readonly<Record<HardwareCheck['verdict'], readonly [word: string, tone: Tone]>> = {
	good: ['ok', 'good'],
	doubtful: ['look', 'doubtful'],
	stop: ['stop', 'bad'],
};

/** Longer ones have lines of their own, which can be wrapped. */
const longestBeside = 57;

function describeCheck({name, verdict, text}: HardwareCheck): TextLine[] {
	const [word, tone] = verdicts[verdict];
	if (text.length <= longestBeside)
		return [{text: `${word.padEnd(5)} ${name.padEnd(14)} ${text}`, tone}];
	return [
		{text: `${word.padEnd(5)} ${name}`, tone},
		{text: `      ${text}`, tone},
	];
}
