import type {ProgressEvent} from '../../../engine/progress.ts';
import {formatBeginLine, formatDoneLine} from '../../cli/progress/lines.ts';
import {advanceStep, beginStep, type RunningStep} from '../../cli/progress/running-step.ts';

/** How far an installation is. Times are in ms since the epoch. */
export interface InstallProgress {
	readonly startedAt: number | undefined;
	/** When something was last heard. */
	readonly now: number;
	readonly done: readonly string[];
	readonly running: readonly {readonly step: string; readonly progress: RunningStep}[];
	/** Without an end: the last ones come last. */
	readonly log: readonly string[];
}

export const noInstallProgress: InstallProgress = {
	startedAt: undefined,
	now: 0,
	done: [],
	running: [],
	log: [],
};

const longestLog = 500;

export function applyProgress(
	progress: InstallProgress,
	event: ProgressEvent,
	at: number,
): InstallProgress {
	const heard = {...progress, now: at, startedAt: progress.startedAt ?? at};
	switch (event.type) {
		case 'step': {
			const begun = beginStep(event, at);
			return {
				...heard,
				running: [...others(progress, event.step), {step: event.step, progress: begun}],
				log: addLines(progress, at, formatBeginLine(begun)),
			};
		}
		case 'advance':
			return {
				...heard,
				running: progress.running.map((running) =>
					running.step === event.step
						? {...running, progress: advanceStep(running.progress, event.done, at)}
						: running,
				),
			};
		case 'done': {
			const ended = progress.running.find(({step}) => step === event.step);
			if (ended === undefined) return heard;
			return {
				...heard,
				running: others(progress, event.step),
				done: [...progress.done, formatDoneLine(ended.progress, at)],
				log: addLines(progress, at, formatDoneLine(ended.progress, at)),
			};
		}
		case 'output':
			return {...heard, log: addLines(progress, at, event.line)};
		case 'warning':
			return {
				...heard,
				log: addLines(progress, at, `warning: ${event.message}`, event.hint && `  ${event.hint}`),
			};
	}
}

function others({running}: InstallProgress, ended: string): InstallProgress['running'] {
	return running.filter(({step}) => step !== ended);
}

function addLines(
	{log}: InstallProgress,
	at: number,
	...lines: readonly (string | undefined)[]
): string[] {
	const time = new Date(at).toISOString().slice(11, 19);
	const added = lines.flatMap((line) => (line === undefined ? [] : [`${time} ${line}`]));
	return [...log, ...added].slice(-longestLog);
}
