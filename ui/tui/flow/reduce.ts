import {distinctKeys} from '../../../installer/answers/public-key.ts';
import type {ReadKeys, RunEvent} from '../port.ts';
import {act} from './act.ts';
import {draftKeys} from './draft.ts';
import {foundDraft} from './found-draft.ts';
import {applyProgress, noInstallProgress} from './install-progress.ts';
import {goBack, goOn, stay} from './move.ts';
import type {Effect, Failure, FlowEvent, FlowState, Transition} from './state.ts';

/** What the machine is asked before anybody presses a key. */
export const firstEffects: readonly Effect[] = [{type: 'read-machine'}, {type: 'list-disks'}];

/** What comes of an event. Nothing here touches the machine: what has to be done are the effects. */
export function reduce(before: FlowState, event: FlowEvent): Transition {
	const isOfPerson = ['set', 'next', 'back'].includes(event.type);
	const state = isOfPerson ? {...before, armed: undefined, message: undefined} : before;
	switch (event.type) {
		case 'set':
			return stay({
				...state,
				draft: {...state.draft, [event.id]: event.value},
				// The confirmation is no answer: the plan stays the one that was shown.
				planned: event.id === 'confirmation' ? state.planned : undefined,
			});
		case 'next':
			return goOn(state);
		case 'back':
			return goBack(state);
		case 'act':
			return act(state, event.id);
		case 'machine-read':
			return stay(withDefaults(withFound({...state, machine: event.machine, busy: undefined})));
		case 'machine-failed':
			return stay({...state, machineFailure: event.failure, busy: undefined});
		case 'disks-listed':
			return stay(preselect({...state, disks: event.disks, busy: undefined}));
		case 'keys-read':
			return stay(addKeys(state, event));
		case 'planned':
			return stay({...state, planned: event, planFailure: undefined, busy: undefined});
		case 'plan-failed':
			return stay({...state, planned: undefined, planFailure: event.failure, busy: undefined});
		case 'started':
			return {
				state: {
					...state,
					screen: 'progress',
					isStarting: false,
					run: event.run,
					progress: noInstallProgress,
					ending: undefined,
					message: undefined,
					busy: undefined,
				},
				effects: [{type: 'follow', run: event.run}],
			};
		case 'not-started':
			return stay(fail({...state, isStarting: false}, event.failure));
		case 'run':
			return stay(hear(state, event.event));
		case 'tick':
			return stay({...state, progress: {...state.progress, now: event.at}});
		case 'answers-saved': {
			const {path, leftOut} = event.saved;
			const without = leftOut.length === 0 ? '' : `, without ${leftOut.join(', ')}`;
			return stay(tell(state, `Saved to ${path}${without}. ${howToKeep(state, path)}`));
		}
		case 'log-saved':
			return stay(tell(state, `Saved to ${event.path}. ${howToKeep(state, event.path)}`));
		case 'failed':
			return stay(fail(state, event.failure));
	}
}

function fail(state: FlowState, {message, hint}: Failure): FlowState {
	const text = hint === undefined ? message : `${message}. ${hint}`;
	return {...state, busy: undefined, message: {kind: 'error', text}};
}

/** What the installer runs in does not last. */
function howToKeep({machine}: FlowState, file: string): string {
	if (machine?.surroundings.kind !== 'container')
		return 'It is gone when this system stops: copy it before.';
	const {name = 'CONTAINER'} = machine.surroundings;
	return `It is gone with this container: podman cp ${name}:${file} .`;
}

function tell(state: FlowState, text: string): FlowState {
	return {...state, busy: undefined, message: {kind: 'news', text}};
}

/** What was found is known before anything can be answered. */
function withFound(state: FlowState): FlowState {
	const found = state.machine?.found;
	if (found === undefined) return state;
	return {...state, draft: {...state.draft, ...foundDraft(found).draft}};
}

/** What the person has not said yet is shown as it would be. */
function withDefaults(state: FlowState): FlowState {
	const {machine, draft} = state;
	if (machine === undefined) return state;
	const {defaults, fileSystems, image, updates, withoutSudo} = machine;
	return {
		...state,
		draft: {
			...draft,
			fileSystem: draft.fileSystem || fileSystems[0],
			sudo: draft.sudo || (withoutSudo === undefined ? 'password' : 'none'),
			hostname: draft.hostname || defaults.hostname,
			locale: draft.locale || defaults.locale,
			keymap: draft.keymap || defaults.keymap,
			timeZone: draft.timeZone || defaults.timeZone,
			updates: draft.updates || updates,
			target: draft.target || (image.target ?? ''),
		},
	};
}

/** A disk is chosen for the person only when it is the only one that will do. */
function preselect(state: FlowState): FlowState {
	const fit = (state.disks ?? []).filter(({refusals}) => refusals.length === 0);
	const [only] = fit;
	if (only === undefined || fit.length > 1 || state.draft.disk !== '') return state;
	return {...state, draft: {...state.draft, disk: only.path}};
}

function addKeys(state: FlowState, {keys, leftOut}: ReadKeys): FlowState {
	const all = distinctKeys([...draftKeys(state.draft), ...keys]);
	const draft = {...state.draft, keys: all.join('\n'), keySource: ''};
	const added = keys.length === 1 ? '1 key was added.' : `${keys.length} keys were added.`;
	const left = leftOut === 1 ? '1 line is no key.' : `${leftOut} lines are no keys.`;
	return tell({...state, draft, planned: undefined}, leftOut === 0 ? added : `${added} ${left}`);
}

function hear(state: FlowState, event: RunEvent): FlowState {
	if (event.kind === 'progress')
		return {...state, progress: applyProgress(state.progress, event.event, event.at)};
	const screen = event.ending.kind === 'installed' ? 'result' : 'error';
	return {
		...state,
		screen,
		ending: event.ending,
		busy: undefined,
		armed: undefined,
		message: undefined,
	};
}
