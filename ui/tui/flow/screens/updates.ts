import {noReferenceProblem} from '../reference-problem.ts';
import {type Field, screenView} from '../view.ts';
import type {Screen} from './screen.ts';

/** Which image the machine follows, and how. */
export const updates: Screen = {
	view({draft, machine}) {
		const window: Field = {
			kind: 'text',
			id: 'window',
			label: 'Only between',
			value: draft.window,
			help: 'Such as 02:00-05:00; empty for what the image says.',
		};
		return screenView({
			name: 'updates',
			title: 'Updates',
			fields: [
				{
					kind: 'text',
					id: 'target',
					label: 'From',
					value: draft.target,
					help: 'The image that the machine follows, such as registry.example.com/myos:latest.',
				},
				{
					kind: 'choice',
					id: 'updates',
					label: 'New versions',
					value: draft.updates,
					options: [
						{value: 'apply', label: 'are brought and booted by themselves'},
						{value: 'stage', label: 'are brought, and wait for a reboot'},
						// Only where the image says so: nobody has to be asked about it.
						...(machine?.updates === 'check'
							? [{value: 'check', label: 'are looked for, and come when somebody asks'}]
							: []),
						{value: 'off', label: 'come only when somebody asks'},
					],
				},
				...(draft.updates === 'apply' ? [window] : []),
			],
		});
	},
	problem({draft}) {
		const wrong = noReferenceProblem(draft.target);
		if (wrong !== undefined) return wrong;
		if (draft.updates !== 'apply' || draft.window === '') return undefined;
		return /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/.test(draft.window)
			? undefined
			: 'A window is two times: 02:00-05:00.';
	},
};
