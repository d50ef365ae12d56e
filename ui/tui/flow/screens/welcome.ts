import type {HardwareCheck} from '../../../../installer/machine/hardware.ts';
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
	const {image, checks} = machine;
	return [
		plain(`This writes ${image.name} onto a disk of this machine.`),
		quiet(image.version),
		plain('Nothing is changed before the last question is answered.'),
		plain(''),
		...checks.map(describeCheck),
	];
}

const verdicts: Readonly<Record<HardwareCheck['verdict'], readonly [word: string, tone: Tone]>> = {
	good: ['ok', 'good'],
	doubtful: ['look', 'doubtful'],
	stop: ['stop', 'bad'],
};

function describeCheck({name, verdict, text}: HardwareCheck): TextLine {
	const [word, tone] = verdicts[verdict];
	return {text: `${word.padEnd(5)} ${name.padEnd(14)} ${text}`, tone};
}
