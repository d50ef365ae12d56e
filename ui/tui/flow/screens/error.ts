import {bad, plain, quiet, screenView} from '../view.ts';
import {noProblem, type Screen} from './screen.ts';

/** Lines of the log that led there. */
const shownLog = 8;

/** It failed, and there is a way on. */
export const error: Screen = {
	view({ending, progress, planned}) {
		const failed = ending?.kind === 'failed' ? ending : undefined;
		return screenView({
			name: 'error',
			title: 'Not installed',
			lines: [
				bad(failed?.message ?? 'The installation failed.'),
				...(failed?.hint === undefined ? [] : [plain(failed.hint)]),
				plain(''),
				...progress.log.slice(-shownLog).map(quiet),
			],
			next: undefined,
			canGoBack: false,
			actions: [
				...(planned === undefined ? [] : [{id: 'retry', key: 'r', label: 'try again'} as const]),
				{id: 'change', key: 'c', label: 'change the answers'},
				{id: 'shell', key: 'h', label: 'shell'},
				{id: 'save-log', key: 'l', label: 'save the log'},
				{id: 'quit', key: 'q', label: 'leave'},
			],
		});
	},
	problem: noProblem,
};
