import {formatDuration} from '../../../cli/format.ts';
import {formatLiveLine} from '../../../cli/progress/lines.ts';
import type {MachineFacts} from '../../port.ts';
import {good, plain, quiet, screenView, type TextLine} from '../view.ts';
import {noProblem, type Screen} from './screen.ts';

/** Lines of the log below the steps. */
const shortLog = 6;

/** How far the installation is. */
export const progress: Screen = {
	view({progress, showsLog, run, machine}) {
		const {startedAt, now, done, running, log} = progress;
		const elapsed = startedAt === undefined ? 0 : (now - startedAt) / 1000;
		const lines: TextLine[] = showsLog
			? log.map(plain)
			: [
					plain(`Installing on ${run?.disk ?? 'the disk'}, for ${formatDuration(elapsed)}`),
					...seenAgain(machine),
					plain(''),
					...done.map((line) => good(`ok  ${line}`)),
					...running.map(({progress}) => plain(`..  ${formatLiveLine(progress, now, 74)}`)),
					plain(''),
					...log.slice(-shortLog).map(quiet),
				];
		return screenView({
			name: 'progress',
			title: 'Installing',
			lines,
			next: undefined,
			canGoBack: false,
			actions: [{id: 'toggle-log', key: 'l', label: showsLog ? 'steps' : 'log'}],
		});
	},
	problem: noProblem,
};

function seenAgain(machine: MachineFacts | undefined): TextLine[] {
	const goesOn = 'This goes on when the terminal is lost';
	if (machine?.surroundings.kind !== 'container')
		return [plain(`${goesOn}; slipway install shows it again.`)];
	const {name = 'CONTAINER'} = machine.surroundings;
	return [plain(`${goesOn}. To see it again:`), plain(`  podman exec -it ${name} slipway install`)];
}
