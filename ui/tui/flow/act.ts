import {checkPlan, stay, tooLate} from './move.ts';
import {chosenDisk} from './screens/disk.ts';
import type {ActionId, Effect, FlowState, Transition} from './state.ts';

/** What comes of an action that the person asks for by its key or button. */
export function act(before: FlowState, id: ActionId): Transition {
	const state = {...before, message: undefined, armed: undefined};
	const doing = (busy: string, effect: Effect): Transition => ({
		state: {...state, busy},
		effects: [effect],
	});
	switch (id) {
		case 'rescan':
			return doing('Looking at the disks', {type: 'list-disks'});
		case 'add-keys':
			return state.draft.keySource.trim() === ''
				? stay({
						...state,
						message: {kind: 'error', text: 'Paste a key, or give a file or an address.'},
					})
				: doing('Reading the key', {type: 'read-keys', source: state.draft.keySource});
		case 'drop-keys':
			return stay({...state, draft: {...state.draft, keys: ''}, planned: undefined});
		case 'save-answers':
			return state.planned === undefined
				? stay(state)
				: doing('Saving', {
						type: 'save-answers',
						answers: state.planned.answers,
						disk: chosenDisk(state),
					});
		case 'save-log':
			return doing('Saving', {type: 'save-log'});
		case 'toggle-log':
			return stay({...state, showsLog: !state.showsLog});
		case 'toggle-code':
			return stay({...state, showsCode: !state.showsCode});
		case 'shell':
			return {state, effects: [{type: 'shell'}]};
		case 'reboot':
		case 'poweroff':
			return doing('Stopping this system', {type: 'restart', how: id});
		case 'change':
			return forget({state: {...state, screen: 'disk', busy: undefined}, effects: []});
		case 'retry':
			return forget(checkPlan(state));
		case 'quit':
		case 'stop':
			return leave(before);
	}
}

/** The installation that failed is one of before. */
function forget({state, effects}: Transition): Transition {
	const {run} = state;
	if (run === undefined) return {state, effects};
	return {
		state: {...state, run: undefined},
		effects: [...effects, {type: 'forget', run}],
	};
}

/** The first time it only says what would happen, unless nothing can be lost. */
function leave(state: FlowState): Transition {
	if (state.screen === 'result' || state.screen === 'error')
		return {state, effects: [{type: 'quit'}]};
	if (state.isStarting) return stay(tooLate(state));
	const armed = state.screen === 'progress' ? 'stop' : 'quit';
	if (state.armed !== armed) {
		const text =
			armed === 'stop'
				? 'Once more stops the installation: the disk will not boot.'
				: `Once more leaves. ${state.ending === undefined ? 'Nothing was changed.' : 'The disk is not a finished installation.'}`;
		return stay({...state, armed, message: {kind: 'error', text}});
	}
	if (armed === 'quit') return {state, effects: [{type: 'quit'}]};
	return {
		state: {...state, armed: undefined, busy: 'Stopping', message: undefined},
		effects: state.run === undefined ? [] : [{type: 'stop', run: state.run}],
	};
}
