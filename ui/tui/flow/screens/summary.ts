import {type Draft, draftKeys, hasPassword} from '../draft.ts';
import type {FlowState} from '../state.ts';
import {
	bad,
	describeFailure,
	doubtful,
	heading,
	plain,
	quiet,
	screenView,
	type TextLine,
} from '../view.ts';
import {chosenDisk} from './disk.ts';
import type {Screen} from './screen.ts';

/** All that will be done, what is destroyed first. */
export const summary: Screen = {
	view(state) {
		const {planned, planFailure} = state;
		return screenView({
			name: 'summary',
			title: 'Summary',
			lines: planFailure === undefined ? summaryLines(state) : failureLines(planFailure),
			next: planned === undefined ? undefined : 'Continue',
			actions:
				planned === undefined
					? [{id: 'retry', key: 'r', label: 'check again'}]
					: [{id: 'save-answers', key: 's', label: 'save as a file'}],
		});
	},
	problem({planned, planFailure}) {
		if (planned !== undefined) return undefined;
		return planFailure?.message ?? 'It is still being checked.';
	},
};

function failureLines({message, hint}: NonNullable<FlowState['planFailure']>): TextLine[] {
	return [
		heading('This cannot be installed as it is:'),
		...describeFailure({message, hint}),
		plain(''),
		plain('Nothing was changed. Go back and change the answer, or check again.'),
	];
}

function summaryLines(state: FlowState): TextLine[] {
	const {planned, draft} = state;
	if (planned === undefined) return [];
	const {destroys, keeps, makes, warnings} = planned.plan;
	const disk = chosenDisk(state);
	return [
		heading(`Disk ${disk?.name ?? draft.disk}`),
		...(destroys.length === 0
			? [plain('  destroys nothing')]
			: destroys.map((line) => bad(`! destroys ${line}`))),
		...keeps.map((line) => plain(`  keeps ${line}`)),
		...makes.map((line) => plain(`  makes ${line}`)),
		...warnings.map((line) => doubtful(`! ${line}`)),
		heading('Login'),
		...loginLines(draft),
		heading('System'),
		...systemLines(state),
	];
}

function loginLines(draft: Draft): TextLine[] {
	if (draft.userName === '') return [doubtful('! no user')];
	const keys = draftKeys(draft).length;
	const ways = [
		...(hasPassword(draft) ? ['password'] : []),
		...(keys === 0 ? [] : [keys === 1 ? '1 key' : `${keys} keys`]),
	];
	const role = draft.sudo === 'password' || draft.sudo === 'nopasswd' ? ', administrator' : '';
	return [plain(`  ${draft.userName}, by ${ways.join(' and ')}${role}`)];
}

function systemLines({draft, machine}: FlowState): TextLine[] {
	const {encryption, hostname, locale, keymap, timeZone, target, updates} = draft;
	const chosen = (label: string, value: string, otherwise: string | undefined): TextLine =>
		value === '' || value === otherwise
			? quiet(`  ${label.padEnd(12)} ${value || otherwise || 'as the image says'} (default)`)
			: plain(`  ${label.padEnd(12)} ${value}`);
	const defaults = machine?.defaults;
	return [
		chosen('encryption', encryption, 'none'),
		chosen('file system', draft.fileSystem, machine?.fileSystems[0]),
		chosen('host name', hostname, defaults?.hostname),
		chosen('language', locale, defaults?.locale),
		chosen('keyboard', keymap, defaults?.keymap),
		chosen('time zone', timeZone, defaults?.timeZone),
		chosen('network', draft.network, 'dhcp'),
		chosen('follows', target, machine?.image.target),
		chosen('updates', updates, machine?.updates),
	];
}
