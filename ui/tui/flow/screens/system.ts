import {isHostname} from '../../../../installer/bootstrap/system/hostname.ts';
import type {FlowState} from '../state.ts';
import {type Field, screenView} from '../view.ts';
import type {Screen} from './screen.ts';

/** What the machine is called, speaks, and how late it is there. */
export const system: Screen = {
	view(state) {
		return screenView({
			name: 'system',
			title: 'System',
			fields: [
				{kind: 'text', id: 'hostname', label: 'Host name', value: state.draft.hostname},
				listField(state, 'locale', 'Language', state.machine?.locales),
				listField(state, 'keymap', 'Keyboard', state.machine?.keymaps),
				listField(state, 'timeZone', 'Time zone', state.machine?.timeZones),
			],
		});
	},
	problem({draft, machine}) {
		if (draft.hostname !== '' && !isHostname(draft.hostname))
			return 'A host name has letters, digits and -, at most 64, in parts with dots between.';
		const lists = [
			['language', draft.locale, machine?.locales],
			['keyboard', draft.keymap, machine?.keymaps],
			['time zone', draft.timeZone, machine?.timeZones],
		] as const;
		const wrong = lists.find(
			([, value, options = []]) => value !== '' && options.length > 0 && !options.includes(value),
		);
		return wrong && `The image has no ${wrong[0]} ${wrong[1]}.`;
	},
};

function listField(
	{draft}: FlowState,
	id: 'locale' | 'keymap' | 'timeZone',
	label: string,
	options: readonly string[] = [],
): Field {
	return options.length === 0
		? {kind: 'text', id, label, value: draft[id]}
		: {kind: 'list', id, label, value: draft[id], options};
}
