import {good, heading, plain, type ScreenView, screenView} from '../view.ts';
import {noProblem, type Screen} from './screen.ts';

/** It worked. */
export const result: Screen = {
	view({ending, planned, machine, showsCode}) {
		// Elsewhere it would stop what is not the installer's.
		const isLive = machine?.surroundings.kind === 'live-system';
		const key = ending?.kind === 'installed' ? ending.recoveryKey : undefined;
		if (key !== undefined && showsCode) return codeView(key);
		return screenView({
			name: 'result',
			title: 'Installed',
			lines: [
				good(ending?.message ?? 'The disk boots now.'),
				...(key === undefined
					? []
					: [
							plain(''),
							heading(
								'Recovery key. It opens the disk when all else fails, and is shown only now:',
							),
							plain(key),
						]),
				...(isLive ? [plain(''), plain('Take the medium out when the machine restarts.')] : []),
			],
			next: undefined,
			canGoBack: false,
			actions: [
				...(key === undefined ? [] : [{id: 'toggle-code', key: 'k', label: 'QR code'} as const]),
				...(isLive
					? ([
							{id: 'reboot', key: 'r', label: 'reboot'},
							{id: 'poweroff', key: 'p', label: 'power off'},
						] as const)
					: []),
				{id: 'shell', key: 'h', label: 'shell'},
				...(planned === undefined
					? []
					: [{id: 'save-answers', key: 's', label: 'save answers'} as const]),
				{id: 'save-log', key: 'l', label: 'save log'},
				{id: 'quit', key: 'q', label: 'leave'},
			],
		});
	},
	problem: noProblem,
};

/** Nothing else: at 80x24 there is no room for more. */
function codeView(key: string): ScreenView {
	return screenView({
		name: 'result',
		title: 'Recovery key',
		lines: [plain(key)],
		code: key,
		next: undefined,
		canGoBack: false,
		actions: [{id: 'toggle-code', key: 'k', label: 'text'}],
	});
}
